import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import type { EnvironmentChange } from "../../../extension/core/spack/activate/changes.ts";
import { runRecipeFunction } from "../../../extension/core/spack/activate/recipe/evaluate.ts";
import { readRecipeSource } from "../../../extension/core/spack/activate/recipe/recipe.ts";
import { UnsupportedPython } from "../../../extension/core/spack/activate/recipe/tokens.ts";
import type { LockNode } from "../../../extension/core/spack/lockfile/lockfile.ts";
import { parseSpec } from "../../../extension/core/spack/spec/parse-spec.ts";
import { satisfies } from "../../../extension/core/spack/spec/satisfies.ts";
import { requires } from "../../support/requirements.ts";
import { spackRoot } from "../../support/spack-root.ts";

requires("linux", "spack")("the recipes of Spack's own repository (integration)", () => {
  it("set what Spack says, wherever they are understood", async () => {
    const spack = path.join(spackRoot() ?? "", "bin/spack");
    const folder = (
      await askSpack(spack, "import spack.repo; print(spack.repo.PATH.get_repo('builtin').packages_path)")
    )
      .trim()
      .split("\n")
      .at(-1);
    const ours = understood(folder ?? "");
    // 2025.11 has some 500 recipes that set anything; a smaller share would make every activation ask Spack.
    expect(ours.size).toBeGreaterThan(250);
    const answer = await askSpack(spack, script, { NAMES: JSON.stringify([...ours.keys()]) });
    const theirs = results.parse(JSON.parse(answer.trim().split("\n").at(-1) ?? ""));
    expect(Object.fromEntries(ours)).toEqual(theirs);
  });
});

/** The changes that each recipe that is understood makes for a plain version 1.2.3 of its package at /p. */
function understood(folder: string): ReadonlyMap<string, readonly EnvironmentChange[]> {
  const known = new Map<string, readonly EnvironmentChange[]>();
  for (const module of readdirSync(folder)) {
    const name = module.replace(/^_(?=\d)/, "").replaceAll("_", "-");
    const source = sourceOf(path.join(folder, module, "package.py"));
    const { code } = source === undefined ? { code: undefined } : clear(name, source);
    if (code === undefined || !code.functions.has("setup_run_environment")) continue;
    const spec = parseSpec(`${name}@=1.2.3 platform=linux os=debian12 target=x86_64`);
    const world = {
      node: () => undefined,
      prefix: () => "/p",
      satisfies: (_: LockNode, constraint: string) => satisfies(spec, parseSpec(constraint)),
      ...{ isFolder: () => false, exists: () => false },
    };
    try {
      known.set(
        name,
        runRecipeFunction({ recipe: code, self: nodeOf(name), world }, "setup_run_environment"),
      );
    } catch (error) {
      if (!(error instanceof UnsupportedPython)) throw error;
    }
  }
  return known;
}

function clear(name: string, source: string) {
  const recipe = readRecipeSource(name, source);
  return recipe.unclear === undefined ? recipe : { code: undefined };
}

function sourceOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function nodeOf(name: string): LockNode {
  return {
    ...{ hash: "h", name, version: "1.2.3", namespace: "builtin", platform: "linux", os: "debian12" },
    ...{ target: "x86_64", variants: {}, flags: {}, dependencies: [], external: undefined, patches: [] },
    ...{ packageHash: undefined, buildSpecHash: undefined, compiler: undefined },
  };
}

async function askSpack(
  spack: string,
  code: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const cwd = mkdtempSync(path.join(tmpdir(), "sygaldry-recipes-"));
  try {
    const { stdout } = await runChecked(processRunner, {
      ...{ command: spack, cwd, args: ["python", "-c", 'import os; exec(os.environ["CODE"])'] },
      env: { ...process.env, ...env, CODE: code },
    });
    return stdout;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

const results = z.record(z.string(), z.array(z.record(z.string(), z.string())));

const script = `
import json
import spack.spec, spack.util.environment as ue
kinds = {"SetEnv": "set", "SetPath": "set", "UnsetEnv": "unset", "PrependPath": "prepend", "AppendPath": "append",
         "RemovePath": "remove", "AppendFlagsEnv": "append-flags", "RemoveFlagsEnv": "remove-flags",
         "PruneDuplicatePaths": "deduplicate"}
answer = {}
for name in json.loads(os.environ["NAMES"]):
    spec = spack.spec.Spec(f"{name}@=1.2.3 arch=linux-debian12-x86_64")
    spec.namespace = "builtin"
    spec._mark_concrete()
    spec.set_prefix("/p")
    env = ue.EnvironmentModifications()
    spec.package.setup_run_environment(env)
    answer[name] = []
    for mod in env:
        entry = {"kind": kinds[type(mod).__name__], "name": mod.name}
        if hasattr(mod, "value"):
            entry["value"] = str(mod.value)
        if entry["kind"] not in ("set", "unset"):
            entry["separator"] = mod.separator
        answer[name].append(entry)
print(json.dumps(answer))
`;
