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
 * text with spaces) go on with the value before them. A quoted value that is cut off is left out.
 */
export function parseFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last: string | undefined;
  word.lastIndex = 0;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) {
    const [whole, name, quoted, bare = ""] = match;
    if (name === undefined) {
      if (last !== undefined) fields.set(last, `${fields.get(last) ?? ""} ${whole}`);
      continue;
    }
    const value = quoted === undefined ? bare : unquote(quoted);
    last = value === undefined ? undefined : name;
    if (value !== undefined) fields.set(name, value);
  }
  return fields;
}

/** A quoted value, a bare one, or another word. */
const word = /([A-Za-z_][A-Za-z0-9_.-]*)=(?:("(?:[^"\\]|\\.)*"?)|(\S*))|\S+/g;

function unquote(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
