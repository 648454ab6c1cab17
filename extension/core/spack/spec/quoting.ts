/** Quotes of values in specs, as Spack 1.1 reads and prints them. */

/** A value as it stands in a spec: bare where Spack's printer leaves it bare. */
export function quoteIfNeeded(value: string): string {
  if (/^[a-zA-Z0-9,/_.\-[\]]+\n?$/.test(value)) return value;
  return value.includes("'") ? asciiJson(value) : `'${value}'`;
}

/** Takes the quotes off a value. Spack leaves them on where a line ends inside. */
export function unquote(text: string): string {
  const quote = text[0];
  if ((quote !== "'" && quote !== '"') || text.length < 2 || text.at(-1) !== quote) return text;
  const inner = text.slice(1, -1);
  return inner.includes("\n") ? text : inner.replaceAll(`\\${quote}`, quote);
}

/** What separates words in Spack (Python's notion of white space, which is not JavaScript's). */
export function isSpace(code: number): boolean {
  if (code < 0x80) return code === 32 || (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x1f);
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** Without the white space at both ends. */
export function stripSpace(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function asciiJson(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
