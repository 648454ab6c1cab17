import { randomBytes } from "node:crypto";

/**
 * Every container, image, volume, network and temporary folder that a test makes carries the id of its test run, in
 * its name (`sygaldry-test-<run>-…`) or as the value of the label `dev.sygaldry.test`, so that a sweep finds what was
 * left behind and never touches anything else. A run id is `<pid>-<six hex digits>`; the pid tells whether it lives.
 */
export const runId = process.env["SYGALDRY_TEST_RUN"] ?? `${process.pid}-${randomBytes(3).toString("hex")}`;

export const testLabel = "dev.sygaldry.test";

let made = 0;

/** A name that is valid for images, containers, folders and project ids, new on every call. */
export function testName(suffix = "x"): string {
  made += 1;
  return `sygaldry-test-${runId}-${process.pid.toString(36)}${made}-${suffix}`
    .slice(0, 63)
    .replace(/[._-]+$/, "");
}

/** The ids of the test runs that `text` (names, labels) mentions. */
export function runsIn(text: string): string[] {
  const found = text.matchAll(/(?:sygaldry-test-|dev\.sygaldry\.test=)(\d+-[0-9a-f]{6})(?![0-9a-f])/g);
  return [...new Set([...found].map(([, id]) => id ?? ""))];
}

/** Whether the process that a run id names is still there. */
export function isAlive(id: string): boolean {
  const pid = Number.parseInt(id, 10);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
