import { isSpace } from "./quoting.ts";

/** Letters, digits and the underscore. */
export function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95
  );
}

/** What follows the first character of a package name. */
export function isIdentifier(code: number): boolean {
  return isWord(code) || code === 45;
}

/** What follows the first character of a variant name and of a version. */
export function isName(code: number): boolean {
  return isWord(code) || code === 45 || code === 46;
}

/** What a git reference consists of after its first character. */
export function isReference(code: number): boolean {
  return isName(code) || code === 47;
}

/** What a value may hold without quotes. */
export function isValue(code: number): boolean {
  return isWord(code) || (code < 128 && "-+*.,:=%^~/\\".includes(String.fromCharCode(code)));
}

/** The end of the run that starts at `at`. */
export function runEnd(text: string, at: number, belongs: (code: number) => boolean): number {
  let end = at;
  while (end < text.length && belongs(text.charCodeAt(end))) end += 1;
  return end;
}

export function skipSpace(text: string, at: number): number {
  return runEnd(text, at, isSpace);
}

/** The end of a word character followed by a run of `rest`; undefined when none starts at `at`. */
export function wordEnd(text: string, at: number, rest: (code: number) => boolean): number | undefined {
  return at < text.length && isWord(text.charCodeAt(at)) ? runEnd(text, at + 1, rest) : undefined;
}
