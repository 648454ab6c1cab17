/** A piece of Starlark. `mark` is an operator, a bracket, a number or what Starlark does not know. */
export interface Token {
  readonly kind: "name" | "string" | "mark" | "newline" | "end";
  /** Of a string its value, with escapes resolved. */
  readonly text: string;
  /** Index in the text, and the same for people: from 1, columns in UTF-16 units. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export interface Lexer {
  /** The next token; `end` for ever at the end of the text. Newlines come inside brackets too. */
  next(): Token;
  /** Whether `character` follows what was read, blanks apart. */
  follows(character: string): boolean;
  /** Goes back to a token that was read: it comes next. */
  back(token: Token): void;
}

export type Report = (message: string, at: Pick<Token, "line" | "column">) => void;

/** Splits Starlark text. A string without an end is reported, and ends with its line. */
export function createLexer(text: string, report: Report): Lexer {
  // Editors on Windows write a byte order mark.
  let offset = text.startsWith("\ufeff") ? 1 : 0;
  let line = 1;
  let lineStart = offset;
  const unclosed = new Set<string>();
  const token = (kind: Token["kind"], from: number, value: string): Token => ({
    kind,
    text: value,
    offset: from,
    line,
    column: from - lineStart + 1,
  });

  const next = (): Token => {
    skipBlanks();
    const from = offset;
    const code = text.charCodeAt(from);
    if (from >= text.length) return token("end", from, "");
    if (code === newline) {
      const ended = token("newline", from, "\n");
      offset += 1;
      line += 1;
      lineStart = offset;
      return ended;
    }
    if (startsWord(code)) {
      while (
        offset < text.length &&
        (startsWord(text.charCodeAt(offset)) || isDigit(text.charCodeAt(offset)))
      )
        offset += 1;
      const word = text.slice(from, offset);
      const quoted = offset < text.length && isQuote(text.charCodeAt(offset)) && /^(r|b|rb|br)$/i.test(word);
      return quoted ? string(from, /r/i.test(word)) : token("name", from, word);
    }
    if (isQuote(code)) return string(from, false);
    offset += 1;
    if (isDigit(code)) while (isDigit(text.charCodeAt(offset))) offset += 1;
    // Two characters only where the first alone would mean something else.
    else if (text.charCodeAt(offset) === equals && "=!<>+-*/%".includes(text.charAt(from))) offset += 1;
    return token("mark", from, text.slice(from, offset));
  };

  const skipBlanks = () => {
    for (; offset < text.length; offset += 1) {
      const code = text.charCodeAt(offset);
      if (code === hash) {
        const end = text.indexOf("\n", offset);
        offset = (end < 0 ? text.length : end) - 1;
      } else if (code === backslash && /^\r?\n/.test(text.slice(offset + 1, offset + 3))) {
        offset = text.indexOf("\n", offset);
        line += 1;
        lineStart = offset + 1;
      } else if (code !== 32 && code !== 9 && code !== 13 && code !== 12) return;
    }
  };

  /** A string whose quote is the next character; its prefix began at `from`. */
  const string = (from: number, raw: boolean): Token => {
    const quote = text.charAt(offset);
    const triple = text.startsWith(quote.repeat(3), offset);
    const close = triple ? quote.repeat(3) : quote;
    const start = offset + close.length;
    const end = unclosed.has(close) ? -1 : endOfString(text, start, close);
    const lineEnd = text.indexOf("\n", start);
    const stop = end >= 0 ? end : lineEnd < 0 ? text.length : lineEnd;
    const inner = text.slice(start, stop);
    const made = token("string", from, raw ? inner : resolveEscapes(inner));
    if (end < 0) {
      // Where one has no end no later one has: looking for each would take the square of the file's length.
      if (triple) unclosed.add(close);
      report("a string without an end", made);
    }
    offset = end < 0 ? stop : end + close.length;
    for (let at = inner.indexOf("\n"); at >= 0; at = inner.indexOf("\n", at + 1)) {
      line += 1;
      lineStart = start + at + 1;
    }
    return made;
  };

  return {
    next,
    follows: (character) => {
      let at = offset;
      while (text.charAt(at) === " " || text.charAt(at) === "\t") at += 1;
      return text.charAt(at) === character;
    },
    back: (to) => {
      offset = to.offset;
      line = to.line;
      lineStart = to.offset - to.column + 1;
    },
  };
}

/** The index of the closing quote; -1 when there is none, or for a short string none in its line. */
function endOfString(text: string, start: number, close: string): number {
  const short = close.length === 1;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (short && code === newline) return -1;
    else if (code === close.charCodeAt(0) && text.startsWith(close, at)) return at;
  }
  return -1;
}

const simple: Readonly<Record<string, string>> = {
  ...{ n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "\n": "" },
  ...{ "\\": "\\", "'": "'", '"': '"' },
};

/** Escapes of the Starlark specification; one that it does not know stays as it is written. */
function resolveEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|\r?(\n)|(.))/g,
    (all, x?: string, u?: string, long?: string, octal?: string, end?: string, other?: string) => {
      const hex = x ?? u ?? long;
      const code = hex !== undefined ? Number.parseInt(hex, 16) : octal && Number.parseInt(octal, 8);
      if (typeof code === "number") return code <= 0x10ffff ? String.fromCodePoint(code) : all;
      return end !== undefined ? "" : (simple[other ?? ""] ?? all);
    },
  );
}

const [newline, hash, backslash, equals] = [10, 35, 92, 61];

/** Letters beyond ASCII are none for Bazel; taken for some, a mistyped name stays in one piece. */
function startsWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code > 127;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39;
}
