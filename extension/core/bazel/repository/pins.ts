import type { BazelMajor } from "./model.ts";

/** A release of a rule set. */
interface Pin {
  readonly module: string;
  readonly version: string;
}

/** The archive of a release, for WORKSPACE files. */
export interface Archive {
  readonly name: string;
  readonly url: string;
  readonly prefix: string;
  readonly integrity: string;
}

export interface Pins {
  readonly cc: Pin;
  readonly python: Pin;
  readonly rust: Pin;
  readonly go: Pin;
  /** Which Bazels these go with. */
  readonly tested: string;
  /** Older ones of the same major version lack what one of them needs. */
  readonly lowest: readonly [major: number, minor: number];
}

/**
 * Source of versions: modules/<module>/<version>/presubmit.yml of github.com/bazelbuild/bazel-central-registry of 2026-08-22,
 * which names the Bazels that each release is tested with. For Bazel 6 the last ones that name 6.x (rules_python 0.38.0, rules_rust
 * 0.54.1; rules_go after 0.50.1 needs 7 with modules); else releases that name 7, 8 and 9. Resolved together over that registry, none is
 * raised by another, so that Bazel has nothing to warn of. rules_rust has needed 7.4.1 since 0.60.
 */
export function pinsFor(major: BazelMajor): Pins {
  return major === 6 ? oldPins : newPins;
}

const pin = (module: string, version: string): Pin => ({ module, version });

const oldPins: Pins = {
  cc: pin("rules_cc", "0.0.9"),
  python: pin("rules_python", "0.38.0"),
  rust: pin("rules_rust", "0.54.1"),
  go: pin("rules_go", "0.50.1"),
  tested: "The last releases for Bazel 6.",
  lowest: [6, 4],
};

const newPins: Pins = {
  cc: pin("rules_cc", "0.2.22"),
  python: pin("rules_python", "1.9.2"),
  rust: pin("rules_rust", "0.70.0"),
  go: pin("rules_go", "0.60.0"),
  tested: "Releases that the Bazel Central Registry tests with Bazel 7, 8 and 9 (presubmit.yml of each).",
  lowest: [7, 4],
};

/** `integrity` and `url` are those of source.json beside presubmit.yml. */
export const archives: Readonly<Record<"cc" | "python" | "rust" | "go", Archive>> = {
  cc: {
    name: "rules_cc",
    url: "https://github.com/bazelbuild/rules_cc/releases/download/0.0.9/rules_cc-0.0.9.tar.gz",
    prefix: "rules_cc-0.0.9",
    integrity: "sha256-IDeHW5pEVtzkp50RKorohbvEqtlo5lh9ym5k86CQDN8=",
  },
  python: {
    name: "rules_python",
    url: "https://github.com/bazelbuild/rules_python/releases/download/0.38.0/rules_python-0.38.0.tar.gz",
    prefix: "rules_python-0.38.0",
    integrity: "sha256-yiZxUpiE4+y1t51qVgjHNzqCB4w1U7H6UyBua53dqzQ=",
  },
  rust: {
    name: "rules_rust",
    url: "https://github.com/bazelbuild/rules_rust/releases/download/0.54.1/rules_rust-v0.54.1.tar.gz",
    prefix: "",
    integrity: "sha256-r09Wyq5QqZpov845sUG1Cd1oVIyCBLmKt6HK/JTVuwI=",
  },
  go: {
    name: "io_bazel_rules_go",
    url: "https://github.com/bazelbuild/rules_go/releases/download/v0.50.1/rules_go-v0.50.1.zip",
    prefix: "",
    integrity: "sha256-9KkxRRjKas+hbMSrQ7C4zh5OpkuBw42KN3KIPxUzRrg=",
  },
};
