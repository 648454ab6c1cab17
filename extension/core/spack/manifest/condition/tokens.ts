import { ConditionError, Undecided } from "./outcome.ts";

export type Token =
  | { readonly kind: "name" | "operator"; readonly text: string }
  | { readonly kind: "number"; readonly value: number; readonly float: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "end" };

/** Python's keywords that can stand in an expression, and are none of ours. */
const foreignWords: ReadonlySet<string> = new Set(["lambda", "for", "await", "yield", "async"]);

/** Words that never are a name. */
const statementWords: ReadonlySet<string> = new Set(
  `as assert break class continue def del except finally from global import nonlocal pass raise return try while with`.split(
    " ",
  ),
);

const space = /[ \t\f]+|#[^\n]*|\\\n/y;
const newline = /\r?\n/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const numeral =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d+)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d+)?/y;
const opening = /([rRuUbBfFtT]{0,2})('''|"""|'|")/y;
const operator = /\*\*|\/\/|==|!=|<=|>=|<<|>>|:=|\.\.\.|[-+*/%<>=()[\]{},.:~&|^@;]/y;

/**
 * The tokens of one Python expression. Line ends count only inside brackets, as in Python.
 * Throws ConditionError for what Python refuses, Undecided for string kinds and keywords that we do not evaluate.
 */
export function tokenize(source: string): readonly Token[] {
  const text = source.replace(/^[ \t]+/, "");
  const tokens: Token[] = [];
  let offset = 0;
  let depth = 0;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = offset;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) offset = pattern.lastIndex;
    return found;
  };
  while (offset < text.length) {
    if (match(space) !== undefined) continue;
    if (match(newline) !== undefined) {
      if (depth === 0 && text.slice(offset).replace(/#.*/g, "").trim() !== "")
        throw new ConditionError("has several lines that no brackets hold together");
      continue;
    }
    const quote = match(opening);
    if (quote !== undefined) {
      const [value, end] = readString(text, offset, quote[1] ?? "", quote[2] ?? "");
      offset = end;
      tokens.push({ kind: "string", value });
      continue;
    }
    const number = match(numeral);
    if (number !== undefined) {
      tokens.push(numberToken(number[0]));
      continue;
    }
    const word = match(name);
    if (word !== undefined) {
      tokens.push(wordToken(word[0]));
      continue;
    }
    const sign = match(operator)?.[0];
    if (sign === undefined)
      throw new ConditionError(`holds ${JSON.stringify(text[offset])}, which is no Python`);
    if ("([{".includes(sign)) depth++;
    if (")]}".includes(sign)) depth--;
    tokens.push({ kind: "operator", text: sign });
  }
  tokens.push({ kind: "end" });
  return tokens;
}

function wordToken(text: string): Token {
  if (foreignWords.has(text)) throw new Undecided(`uses Python's ${text}, which is not evaluated here`);
  if (statementWords.has(text)) throw new ConditionError(`is no Python expression: "${text}" is a statement`);
  return { kind: "name", text };
}

function numberToken(text: string): Token {
  const digits = text.replaceAll("_", "");
  const float = /^[\d.]*[.eE]/.test(digits) && !/^0[xX]/.test(digits);
  if (!float && /^0\d*[1-9]/.test(digits)) throw new ConditionError(`holds ${text}, which Python refuses`);
  const value = Number(digits);
  if (!float && !Number.isSafeInteger(value)) throw new Undecided(`computes with ${text}`);
  return { kind: "number", value, float };
}

/** The string that begins at `start`, after its opening quote, and the offset after the closing one. */
function readString(text: string, start: number, prefix: string, quote: string): [string, number] {
  const kind = prefix.toLowerCase();
  if (/[bft]/.test(kind)) throw new Undecided(`uses a ${kind}"…" string, which is not evaluated here`);
  let value = "";
  let offset = start;
  while (!text.startsWith(quote, offset)) {
    const character = text[offset];
    if (character === undefined || (character === "\n" && quote.length === 1))
      throw new ConditionError("has a string that does not end");
    if (character === "\\" && kind.includes("r")) {
      value += text.slice(offset, offset + 2);
      offset += 2;
    } else if (character === "\\") {
      const [unescaped, length] = readEscape(text, offset);
      value += unescaped;
      offset += length;
    } else {
      value += character;
      offset++;
    }
  }
  return [value, offset + quote.length];
}

const simpleEscapes: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** What the escape at `offset` stands for, and how long it is. */
function readEscape(text: string, offset: number): [string, number] {
  const rest = text.slice(offset + 1);
  const [first = ""] = rest;
  const simple = simpleEscapes[first];
  if (simple !== undefined) return [simple, 2];
  const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))/.exec(rest);
  if (code !== null) {
    const hex = code[1] ?? code[2] ?? code[3];
    const point = hex === undefined ? Number.parseInt(code[4] ?? "0", 8) : Number.parseInt(hex, 16);
    if (point > 0x10ffff) throw new ConditionError("has a string with an escape that Python refuses");
    return [String.fromCodePoint(point), code[0].length + 1];
  }
  if ("xuU".includes(first)) throw new ConditionError("has a string with an escape that Python refuses");
  if (first === "N") throw new Undecided("names a character by \\N{…}");
  return [`\\${first}`, 2];
}
