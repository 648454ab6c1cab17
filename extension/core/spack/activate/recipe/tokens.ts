/** Words of Python source, as far as recipes need them. */
export interface Token {
  readonly kind: "name" | "number" | "string" | "operator" | "newline" | "indent" | "dedent";
  readonly text: string;
  /** A string's prefix: `f`, `r`, `rf` … in lower case. */
  readonly prefix?: string;
}

/** Thrown for source that is not understood: the caller then has to ask Spack. */
export class UnsupportedPython extends Error {}

const word =
  /(?<space>[ \t\f]+|\\\r?\n)|(?<comment>#[^\n]*)|(?<newline>\r?\n)|(?<string>(?<prefix>[rRbBfFuU]{0,2})(?<quote>"""|'''|"|'))|(?<number>\d[\w.]*)|(?<name>[A-Za-z_]\w*)|(?<operator>\*\*=?|\/\/=?|->|:=|[-+*/%@&|^=<>!]=|<<|>>|[-+*/%@&|^~<>=(){}[\],:.;])/uy;

/** Splits Python source into tokens; brackets join lines, and indentation opens and closes blocks. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const indents = [0];
  let depth = 0;
  let at = 0;
  let lineStart = true;
  while (at < source.length) {
    if (lineStart && depth === 0) {
      const [blank = ""] = /^[ \t]*(?:#[^\n]*)?\r?\n/.exec(source.slice(at)) ?? [];
      if (blank !== "") {
        at += blank.length;
        continue;
      }
      indent(tokens, indents, /^[ ]*/.exec(source.slice(at, at + 200))?.[0].length ?? 0);
    }
    lineStart = false;
    word.lastIndex = at;
    const groups = word.exec(source)?.groups;
    if (groups === undefined) throw new UnsupportedPython(`unknown character at ${at}`);
    if (groups["string"] !== undefined) {
      const found = stringEnd(source, word.lastIndex, groups["quote"] ?? '"');
      tokens.push({ kind: "string", text: found.text, prefix: (groups["prefix"] ?? "").toLowerCase() });
      at = found.end;
      continue;
    }
    at = word.lastIndex;
    if (groups["newline"] !== undefined && depth === 0) {
      tokens.push({ kind: "newline", text: "\n" });
      lineStart = true;
    }
    const { operator, name, number } = groups;
    if (operator !== undefined) {
      if ("([{".includes(operator)) depth += 1;
      if (")]}".includes(operator)) depth -= 1;
      tokens.push({ kind: "operator", text: operator });
    } else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
  }
  if (tokens.at(-1)?.kind !== "newline") tokens.push({ kind: "newline", text: "\n" });
  indent(tokens, indents, 0);
  return tokens;
}

function indent(tokens: Token[], indents: number[], column: number): void {
  if (column > (indents.at(-1) ?? 0)) {
    indents.push(column);
    tokens.push({ kind: "indent", text: "" });
  }
  while (column < (indents.at(-1) ?? 0)) {
    indents.pop();
    tokens.push({ kind: "dedent", text: "" });
  }
}

/** The raw text up to the closing quote; escapes are kept for the parser. */
function stringEnd(source: string, start: number, quote: string): { text: string; end: number } {
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source.startsWith(quote, at)) return { text: source.slice(start, at), end: at + quote.length };
    else if (quote.length === 1 && source[at] === "\n") break;
  }
  throw new UnsupportedPython("a string without an end");
}
