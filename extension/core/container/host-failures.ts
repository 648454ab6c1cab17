import { type ErrorCode, SygaldryError } from "../base/errors.ts";
import type { Failure } from "./build-failures.ts";

/** initialize.sh, which prepares this machine, gave up. */
export function hostFailure({ step }: Failure): SygaldryError | undefined {
  return step?.id === "initializeCommand" ? initializeError(step.lines) : undefined;
}

/**
 * What initialize.sh (templates/initialize.sh.hbs) said last on stderr: `sygaldry: error[CODE]: …`, `sygaldry: next: …`,
 * and before them the words of whatever failed. Undefined when it ended otherwise.
 */
export function initializeError(lines: readonly string[]): SygaldryError | undefined {
  const at = lines.findLastIndex((line) => told.test(line));
  const [, code = "", message = ""] = told.exec(lines[at] ?? "") ?? [];
  if (!isCode(code)) return undefined;
  const before = lines.slice(0, at).filter((line) => line.trim() !== "" && !line.startsWith("sygaldry: "));
  const next = lines.slice(at + 1).find((line) => line.startsWith(nextWord));
  return new SygaldryError(code, [message, ...before.slice(-8)].join("\n"), {
    ...(next === undefined ? {} : { next: next.slice(nextWord.length) }),
  });
}

const told = /^sygaldry: error\[(SYG-[A-Z-]+)\]: (.*)$/;
const nextWord = "sygaldry: next: ";

function isCode(code: string): code is (typeof codes)[number] {
  return codes.some((known) => known === code);
}

const codes = [
  "SYG-STORAGE",
  "SYG-SECRET",
  "SYG-TOOL-MISSING",
  "SYG-BASE-IMAGE",
] as const satisfies readonly ErrorCode[];
