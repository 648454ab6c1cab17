import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { samePaths } from "../../../extension/core/site/paths.ts";
import type { SpackContext } from "../../../extension/core/spack/context/context.ts";
import { spackContext } from "../../../extension/core/spack/context/probe-context.ts";
import { localSiteFacts } from "../../../extension/core/spack/context/site-facts.ts";
import { computeDrift } from "../../../extension/core/spack/drift/drift.ts";
import { expandUserSpecs } from "../../../extension/core/spack/manifest/expand.ts";
import { parseManifest } from "../../../extension/core/spack/manifest/manifest.ts";
import { parseOptions } from "../../../extension/core/spack/manifest/toolchains.ts";
import { formatSpec } from "../../../extension/core/spack/spec/format-spec.ts";
import { parseSpec } from "../../../extension/core/spack/spec/parse-spec.ts";
import { requires } from "../../support/requirements.ts";
import { spackRoot } from "../../support/spack-root.ts";

interface Answer {
  readonly manifest: string;
  readonly error?: string;
  readonly userSpecs: readonly string[];
  readonly roots: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

const script = fileURLToPath(new URL("../../fixtures/spack/manifests-more/random_lists.py", import.meta.url));

/** What only a recipe can tell: that a variant has one value at a time. */
const ofRecipes = ["MultipleValuesInExclusiveVariantError", "InvalidVariantForSpecError"];

requires("spack")("random manifests against the real Spack (integration)", () => {
  let folder: string;
  let context: SpackContext;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "sygaldry-random-"));
    const facts = await localSiteFacts(process.env);
    context = {
      ...(await spackContext(facts, { paths: samePaths, spackRoot: spackRoot() ?? "" })),
      scopes: [],
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([1, 2, 3])(
    "1,000 of seed %i: user specs, refusals, what a lock's roots add and remove",
    async (seed) => {
      const answers = ask(seed);
      expect(answers).toHaveLength(1000);
      for (const answer of answers) {
        const ours = await judge(answer);
        if (answer.error === undefined) expect(ours, answer.manifest).toEqual(expected(answer));
        else if (!ofRecipes.includes(answer.error)) expect(ours, answer.manifest).toBe("refused");
      }
    },
  );

  function ask(seed: number): readonly Answer[] {
    const file = path.join(folder, `${seed}.json`);
    const program = path.join(spackRoot() ?? "", "bin", "spack");
    execFileSync(program, ["python", script, String(seed), "1000", file], { stdio: "ignore" });
    return JSON.parse(readFileSync(file, "utf8"));
  }

  async function judge(answer: Answer) {
    const manifest = await parseManifest("/env/spack.yaml", answer.manifest, { context });
    const { specs, problems } = expandUserSpecs(manifest, context);
    const bad = [...manifest.problems, ...problems].filter(({ severity }) => severity !== "warning");
    if (bad.length > 0) return bad.some(({ severity }) => severity === "error") ? "refused" : "undecided";
    const lock = {
      ...{ lockfileVersion: 6, specfileVersion: 5, spackVersion: undefined, nodes: new Map(), includes: [] },
      roots: (answer.roots ?? []).map((spec) => ({ spec, hash: "a".repeat(32), group: "default" })),
    };
    const drift = computeDrift({ manifest, lock, context, record: undefined, includedLocks: new Map() });
    const options = parseOptions(manifest.toolchains, context);
    return {
      userSpecs: specs.map(({ text }) => unordered(text)),
      added: texts(drift.added.map(({ text }) => text)),
      removed: texts(drift.removed.map((text) => formatSpec(parseSpec(text, options)))),
    };
  }
});

function expected({ userSpecs, added, removed }: Answer) {
  return { userSpecs: userSpecs.map(unordered), added: texts(added), removed: texts(removed) };
}

function texts(list: readonly string[]): readonly string[] {
  return [...new Set(list.map(unordered))].sort();
}

/** Copying a spec, Spack changes the order in which it prints several edges to one package; as specs they are equal. */
function unordered(text: string): string {
  return text.split(" ").sort().join(" ");
}
