import { SygaldryError } from "../../base/errors.ts";
import type { BazelChoice, BazelMajor } from "./model.ts";

/** What a new repository without a Bazel and without a sygaldry.yaml gets: the version that Sygaldry is tested with. */
export const standardBazel = "7.7.1";

/**
 * The Bazel that a text names as Bazelisk reads it: `7.7.1`, `8.x`, `8.*`, `latest`, `fork/7.1.0`, a commit's build.
 * Throws SYG-BAZEL-VERSION for one that is too old, too new, or says no version.
 */
export function chooseBazel(text: string, from: string): BazelChoice {
  const [, major, minor] = /^(?:[\w.-]+\/)?(\d+)(?:\.(\d+|x|\*))?/.exec(text) ?? [];
  if (/^(latest|last_green|last_rc|rolling)/.test(text)) return { text, from, major: 9, minor: undefined };
  const number = minor === undefined || !/^\d+$/.test(minor) ? undefined : Number(minor);
  const known = majors.find((each) => String(each) === major);
  if (known !== undefined && !(known === 6 && number !== undefined && number < 4))
    return { text, from, major: known, minor: number };
  throw new SygaldryError("SYG-BAZEL-VERSION", `${from} asks for Bazel ${text}: 6.4 to 9 are known`, {
    next: "Name one of those, such as 7.7.1, in .bazelversion.",
    data: { version: text },
  });
}

const majors: readonly BazelMajor[] = [6, 7, 8, 9];
