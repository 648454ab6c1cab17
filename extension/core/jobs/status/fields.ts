/** `key=value …` on one line. A value that is empty or holds anything but plain characters is a JSON string. */
export function formatFields(fields: Iterable<readonly [string, string | number | undefined]>): string {
  const words: string[] = [];
  for (const [name, value] of fields) {
    if (value === undefined) continue;
    const text = String(value);
    words.push(`${name}=${plain.test(text) ? text : asciiJson(text)}`);
  }
  return words.join(" ");
}

const plain = /^[A-Za-z0-9_@%+:,./[\]-]+$/;

/** U+2028 and other line ends of Unicode are escaped too, so that the line stays one for whoever splits lines. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/**
 * Reads what formatFields writes, and what the original runner does: words that are no field of their own (an unquoted
 * text with spaces) go on with the value before them. A quoted value that is cut off is left out. By hand and without a
 * list in between, for folders with thousands of jobs; `isName` spares most names a closer look.
 */
export function readFields(
  line: string,
  isName: (text: string) => boolean,
  take: (name: string, value: string) => void,
): void {
  const text = /[\t-\r]/.test(line) ? line.replace(/[\t-\r]/g, " ") : line;
  let name = "";
  let value: string | undefined;
  let equals = text.indexOf("=");
  for (let at = 0; at < text.length; ) {
    if (text.charCodeAt(at) === space) {
      at++;
      continue;
    }
    const found = text.indexOf(" ", at);
    let end = found < 0 ? text.length : found;
    // Looked for once, however many words have none.
    if (equals >= 0 && equals < at) equals = text.indexOf("=", at);
    const word = equals > at && equals < end ? text.slice(at, equals) : "";
    if (word === "" || !(isName(word) || plainName.test(word))) {
      if (value !== undefined) value += ` ${text.slice(at, end)}`;
    } else {
      if (value !== undefined) take(name, value);
      name = word;
      if (text.charCodeAt(equals + 1) === quote) end = quotedEnd(text, equals + 1);
      value = text.slice(equals + 1, end);
      if (value.charCodeAt(0) === quote) value = unquote(value);
    }
    at = end;
  }
  if (value !== undefined) take(name, value);
}

const plainName = /^[A-Za-z_][\w.-]*$/;

const space = 32;
const quote = 34;
const backslash = 92;

/** Behind the quote that ends what begins with one at `start`; the text's end when it is cut off. */
function quotedEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at++;
  }
  return text.length;
}

function unquote(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
