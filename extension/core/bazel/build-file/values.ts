import type { Token } from "./lexer.ts";

/** The index of the bracket that closes the one at `open`; the number of tokens when none does. */
export function matchingBracket(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    depth += bracket(tokens[at]);
    if (depth === 0) return at;
  }
  return tokens.length;
}

/** The tokens of the value of a call's argument `name = …`; undefined when it has none. */
export function argumentNamed(values: readonly Token[], name: string): readonly Token[] | undefined {
  let depth = 0;
  let start: number | undefined;
  for (const [at, token] of values.entries()) {
    depth += bracket(token);
    if (depth !== 0 || token.kind === "string") continue;
    if (token.text === "," && start !== undefined) return values.slice(start, at);
    const first = token.text === name && (at === 0 || values[at - 1]?.text === ",");
    if (first && values[at + 1]?.text === "=" && values[at + 1]?.kind === "mark") start = at + 2;
  }
  return start === undefined ? undefined : values.slice(start);
}

/** A text: literals and names of known ones, joined by `+`. Undefined for all else. */
export function textOf(tokens: readonly Token[], constants: ReadonlyMap<string, string>): string | undefined {
  if (tokens.length % 2 === 0) return undefined;
  let text = "";
  for (const [index, token] of tokens.entries()) {
    if (index % 2 === 1) {
      if (token.kind !== "mark" || token.text !== "+") return undefined;
      continue;
    }
    const part =
      token.kind === "string" ? token.text : token.kind === "name" ? constants.get(token.text) : undefined;
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

/** A list of texts; undefined for all else. */
export function textsOf(
  tokens: readonly Token[],
  constants: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  if (tokens[0]?.text !== "[" || matchingBracket(tokens, 0) !== tokens.length - 1) return undefined;
  const texts = splitAtCommas(tokens.slice(1, -1)).map((value) => textOf(value, constants));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += bracket(token);
    if (depth === 0 && token.kind === "mark" && token.text === ",") parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

function bracket(token: Token | undefined): number {
  if (token?.kind !== "mark") return 0;
  const { text } = token;
  return text === "(" || text === "[" || text === "{"
    ? 1
    : text === ")" || text === "]" || text === "}"
      ? -1
      : 0;
}
