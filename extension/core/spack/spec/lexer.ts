import { isIdentifier, isName, isValue, isWord, runEnd, skipSpace, wordEnd } from "./characters.ts";
import { lexFile } from "./lex-file.ts";
import { lexVersion } from "./lex-version.ts";
import type { Sigil, Span, Token, VirtualAssignment } from "./token.ts";

/**
 * Cuts `text` into tokens as Spack 1.1 does, each by the first of its rules that fits. Answers undefined at the end and
 * a span where no token starts. Time is linear in the text.
 */
export function specLexer(text: string): () => Token | "unexpected" | undefined {
  const file = lexFile(text);
  let at = 0;
  return () => {
    at = skipSpace(text, at);
    if (at >= text.length) return undefined;
    const token = lexSign(text, at) ?? lexKeyValue(text, at) ?? file(at) ?? lexName(text, at);
    if (token === undefined) return "unexpected";
    at = token.end;
    return token;
  };
}

function lexSign(text: string, at: number): Token | undefined {
  switch (text[at]) {
    case "^":
    case "%":
      return lexDependency(text, at);
    case "]":
      return { kind: "edge-end", start: at, ...withAssignment(text, at + 1) };
    case "@":
      return lexVersion(text, at);
    case "+":
    case "~":
    case "-":
      return lexSwitch(text, at);
    default:
      return undefined;
  }
}

function lexDependency(text: string, at: number): Token {
  const sigil: Sigil = text[at] === "^" ? "^" : text[at + 1] === "%" ? "%%" : "%";
  const end = at + sigil.length;
  if (text[end] === "[") return { kind: "edge-start", start: at, end: end + 1, sigil };
  return { kind: "dependency", start: at, sigil, ...withAssignment(text, end) };
}

/** The end, and the assignment of virtual packages that may follow. */
function withAssignment(text: string, at: number): { end: number; assignment?: VirtualAssignment } {
  const virtuals: Span[] = [];
  let start = skipSpace(text, at);
  for (;;) {
    const end = wordEnd(text, start, isIdentifier);
    if (end === undefined) return { end: at };
    virtuals.push({ start, end });
    start = end + 1;
    if (text[end] === "=") break;
    if (text[end] !== ",") return { end: at };
  }
  const end = dottedEnd(text, start);
  return end === undefined ? { end: at } : { end, assignment: { virtuals, substitute: { start, end } } };
}

function lexSwitch(text: string, at: number): Token | undefined {
  const sign = text[at];
  const doubled = text[at + 1] === sign;
  const start = skipSpace(text, at + (doubled ? 2 : 1));
  const end = wordEnd(text, start, isName);
  if (end === undefined) return undefined;
  return {
    kind: "switch",
    start: at,
    end,
    on: sign === "+",
    propagate: doubled,
    name: { start, end },
  };
}

function lexKeyValue(text: string, at: number): Token | undefined {
  const nameEnd = wordEnd(text, at, isName);
  if (nameEnd === undefined) return undefined;
  const exact = text[nameEnd] === ":";
  const sign = exact ? nameEnd + 1 : nameEnd;
  if (text[sign] !== "=") return undefined;
  const name = { start: at, end: nameEnd };
  const doubled = text[sign + 1] === "=" ? valueEnd(text, sign + 2) : undefined;
  if (doubled !== undefined) {
    const value = { start: sign + 2, end: doubled };
    return { kind: "key-value", start: at, end: doubled, name, value, exact, propagate: true };
  }
  const end = valueEnd(text, sign + 1);
  if (end === undefined) return undefined;
  return {
    kind: "key-value",
    start: at,
    end,
    name,
    value: { start: sign + 1, end },
    exact,
    propagate: false,
  };
}

function valueEnd(text: string, at: number): number | undefined {
  const quote = text[at];
  if (quote === "'" || quote === '"') return quotedEnd(text, at, quote);
  const end = runEnd(text, at, isValue);
  return end === at ? undefined : end;
}

/** A quote after a backslash does not end the value, unless no other does. */
function quotedEnd(text: string, at: number, quote: string): number | undefined {
  let last: number | undefined;
  for (let next = text.indexOf(quote, at + 1); next >= 0; next = text.indexOf(quote, next + 1)) {
    last = next + 1;
    if (text[next - 1] !== "\\") break;
  }
  return last;
}

function lexName(text: string, at: number): Token | undefined {
  if (text[at] === "*") return { kind: "any-name", start: at, end: at + 1 };
  if (text[at] === "/") {
    const end = runEnd(text, at + 1, isWord);
    return end === at + 1 ? undefined : { kind: "hash", start: at, end };
  }
  const end = dottedEnd(text, at);
  return end === undefined ? undefined : { kind: "name", start: at, end };
}

/** The end of `name` or `namespace.name`. */
function dottedEnd(text: string, at: number): number | undefined {
  let end = wordEnd(text, at, isIdentifier);
  while (end !== undefined && text[end] === ".") {
    const next = wordEnd(text, end + 1, isIdentifier);
    if (next === undefined) break;
    end = next;
  }
  return end;
}
