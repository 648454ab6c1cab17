import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { computeDrift } from "../../../../../extension/core/spack/drift/drift.ts";
import { parseLockfile } from "../../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { parseManifest } from "../../../../../extension/core/spack/manifest/manifest.ts";
import { host } from "../manifest/host.ts";

const folder = new URL("../../../../fixtures/spack/", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, folder), "utf8");

interface StalenessCase {
  readonly name: string;
  readonly spackYaml: string;
  readonly userSpecs: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly spackSeesChange: boolean;
}

const cases: readonly StalenessCase[] = JSON.parse(text("staleness/cases.json")).cases;
const { lock } = parseLockfile(text("demo/spack.lock"), "demo/spack.lock");

describe("computeDrift against Spack's own verdicts (unit)", () => {
  test("there are 18 verdicts", () => {
    expect(cases).toHaveLength(18);
  });

  test.each(cases)("$name", async ({ spackYaml, added, removed, spackSeesChange }) => {
    const manifest = await parseManifest("/opt/demo/spack.yaml", spackYaml, { context: host });
    const drift = computeDrift({
      manifest,
      lock,
      context: host,
      record: undefined,
      includedLocks: new Map(),
    });
    expect(drift.added.map((spec) => spec.text).sort()).toEqual([...added].sort());
    expect([...drift.removed].sort()).toEqual([...removed].sort());
    expect(drift.spackSolves).toBe(spackSeesChange);
    expect(drift.state).toBe(spackSeesChange ? "stale" : "unknown");
  });
});
