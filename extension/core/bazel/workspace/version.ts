import { SygaldryError } from "../../base/errors.ts";

export interface BazelVersion {
  /** As Bazel says it: `7.7.1`, `8.0.0rc1`, `no_version`. */
  readonly text: string;
  /** Undefined for a Bazel that was built without a version: taken for one of the newest. */
  readonly number: readonly [major: number, minor: number] | undefined;
}

/** Of `bazel --version`, which starts no server: `bazel 7.7.1`, `bazel 4.2.3- (@non-git)`, `bazel no_version`. */
export function parseBazelVersion(said: string): BazelVersion | undefined {
  const [, text, major, minor] = /^bazel ((?:(\d+)\.(\d+)|\S+)\S*)/m.exec(said) ?? [];
  if (text === undefined) return undefined;
  return { text, number: major === undefined ? undefined : [Number(major), Number(minor)] };
}

/** Whether `version` is at least major.minor. */
function isAtLeast({ number }: BazelVersion, major: number, minor: number): boolean {
  if (number === undefined) return true;
  return number[0] > major || (number[0] === major && number[1] >= minor);
}

/** Throws SYG-BAZEL-VERSION unless it is 6.4 to 9. */
export function requireSupported(version: BazelVersion, program: string): void {
  const old = !isAtLeast(version, 6, 4);
  if (!old && (version.number === undefined || !isAtLeast(version, 10, 0))) return;
  throw new SygaldryError(
    "SYG-BAZEL-VERSION",
    `${program} is Bazel ${version.text}, which is too ${old ? "old" : "new"}: 6.4 to 9 are known`,
    {
      next: "Name another in .bazelversion (Bazelisk) or tools.bazel of sygaldry.yaml; --scan works without Bazel.",
      data: { version: version.text },
    },
  );
}
