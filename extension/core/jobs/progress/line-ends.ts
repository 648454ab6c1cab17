import { stripVTControlCharacters } from "node:util";

/** What is looked at of a line: its two ends, so that a line of any length costs the same. */
export interface LineEnds {
  /** The beginning, without control sequences; the whole line when it is short. */
  readonly head: string;
  /** The end, without control sequences; the whole line when it is short. */
  readonly tail: string;
  /** All of it as it came, for who must count. */
  readonly whole: string;
}

const most = 512;

/** Of a line with carriage returns (a bar drawn again and again) only what was drawn last. */
export function lineEnds(line: string): LineEnds {
  let end = line.length;
  while (end > 0 && isLineEnd(line.charCodeAt(end - 1))) end -= 1;
  const start = end === 0 ? 0 : line.lastIndexOf("\r", end - 1) + 1;
  const whole = start === 0 && end === line.length ? line : line.slice(start, end);
  if (whole.length <= 2 * most) {
    const text = plain(whole);
    return { head: text, tail: text, whole };
  }
  return { head: plain(whole.slice(0, most)), tail: plain(whole.slice(-most)), whole };
}

/** Whether a text begins with one of these characters: cheap, before anything else is tried on a line. */
export function beginsWith(text: string, characters: ReadonlySet<number>): boolean {
  return characters.has(text.charCodeAt(0));
}

export function characters(text: string): ReadonlySet<number> {
  return new Set(text.split("").map((character) => character.charCodeAt(0)));
}

function plain(text: string): string {
  return text.includes("\u001b") ? stripVTControlCharacters(text) : text;
}

function isLineEnd(code: number): boolean {
  return code === 10 || code === 13;
}
