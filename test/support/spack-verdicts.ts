import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inRepository } from "./paths.ts";
import { spackFixture } from "./spack-fixtures.ts";
import { spackRoot } from "./spack-root.ts";
import type { SpecCases } from "./spec-generator.ts";

/** What Spack said about specs: what spack-verdicts.py writes. */
export interface SpecVerdicts {
  readonly spack: string;
  readonly host: { readonly platform: string; readonly os: string; readonly target: string };
  readonly specs: readonly SpecVerdict[];
  readonly pairs: readonly PairVerdict[];
  readonly nodes: readonly NodeVerdict[];
}

/** A result, or the name of Python's exception. */
export type Outcome<T> =
  | { readonly value: T; readonly error?: never }
  | { readonly error: string; readonly value?: never };

export interface SpecVerdict {
  readonly text: string;
  /** The text as one spec, printed. */
  readonly one: Outcome<string>;
  /** The text as any number of specs, printed. */
  readonly all: Outcome<readonly string[]>;
}

export interface PairVerdict {
  readonly a: string;
  readonly b: string;
  readonly equal: Outcome<boolean>;
  readonly satisfies: Outcome<boolean>;
  readonly intersects: Outcome<boolean>;
  /** The first constrained by the second, printed. */
  readonly constrained: Outcome<string>;
}

export interface NodeVerdict {
  /** A folder of test/fixtures/spack. */
  readonly lock: string;
  readonly query: string;
  /** The nodes of the lock that satisfy the query: the starts of their hashes, ordered. */
  readonly hashes: Outcome<readonly string[]>;
}

export interface LockQueries {
  readonly lock: string;
  readonly queries: readonly string[];
}

/** Asks the real Spack; the user's configuration, toolchains included, has no say. */
export function askSpack(cases: SpecCases, locks: readonly LockQueries[]): SpecVerdicts {
  const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-spack-"));
  try {
    const [question, answer] = [path.join(folder, "question.json"), path.join(folder, "answer.json")];
    const files = locks.map(({ lock, queries }) => ({
      name: lock,
      file: spackFixture(lock, "spack.lock"),
      queries,
    }));
    writeFileSync(question, JSON.stringify({ ...cases, locks: files }));
    // Without this it would fetch its package repository first.
    writeFileSync(path.join(folder, "repos.yaml"), "repos:: {}\n");
    const root = spackRoot();
    execFileSync(
      root === undefined ? "spack" : path.join(root, "bin/spack"),
      ["-C", folder, "python", inRepository("test/support/spack-verdicts.py"), question, answer],
      {
        env: { ...process.env, SPACK_DISABLE_LOCAL_CONFIG: "1", SPACK_USER_CACHE_PATH: folder },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    const verdicts: SpecVerdicts = JSON.parse(readFileSync(answer, "utf8"));
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
