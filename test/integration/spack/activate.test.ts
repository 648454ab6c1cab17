import { execFileSync } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { processRunner } from "../../../extension/core/base/process.ts";
import { samePaths } from "../../../extension/core/site/paths.ts";
import type { Activation } from "../../../extension/core/spack/activate/activation.ts";
import { environmentActivation } from "../../../extension/core/spack/activate/environment-activation.ts";
import { exactActivation } from "../../../extension/core/spack/activate/exact.ts";
import {
  activationCode,
  deactivationCode,
  type Shell,
} from "../../../extension/core/spack/activate/shell-code.ts";
import { spackContext } from "../../../extension/core/spack/context/probe-context.ts";
import { localSiteFacts } from "../../../extension/core/spack/context/site-facts.ts";
import { readLockfile } from "../../../extension/core/spack/lockfile/read-lockfile.ts";
import { readManifest } from "../../../extension/core/spack/manifest/manifest.ts";
import { installCommand } from "../../../extension/core/spack/run/commands.ts";
import { runSpackChecked } from "../../../extension/core/spack/run/run-spack.ts";
import { readDatabase } from "../../../extension/core/spack/store/read-database.ts";
import { requires } from "../../support/requirements.ts";
import { createSpackPlace, type SpackPlace } from "../../support/spack-place.ts";

const variables = {
  env_vars: {
    set: { OWN_SET: "a b", OWN_NUMBER: 3 },
    prepend_path: { OWN_PATH: "/own/first" },
    append_path: { PATH: "/own/last" },
    unset: ["OWN_GONE"],
  },
} as const;

requires("linux", "spack")("activation against the real Spack (integration)", () => {
  let place: SpackPlace;
  const environments = new Map<string, { readonly folder: string; readonly view: string }>();
  const settings = {
    plain: { specs: ["demo-cli", "py-demo-stats", "demo-forms"] },
    switched: { specs: ["demo-forms +other ~extra", "demo-wild"] },
    configured: {
      ...{ specs: ["demo-forms", "demo-math"], ...variables },
      modules: { prefix_inspections: { "./lib": ["LD_LIBRARY_PATH"], "./share": ["DEMO_SHARES"] } },
    },
  } as const;
  beforeAll(async () => {
    place = await createSpackPlace();
    for (const [name, given] of Object.entries(settings)) {
      const view = path.join(place.folder, "views", name);
      const folder = await place.environmentOf(name, { ...given, view });
      await place.concretize(folder);
      await runSpackChecked(place.site, installCommand(place.spack, folder));
      environments.set(name, { folder, view });
    }
  });
  afterAll(async () => place[Symbol.asyncDispose]());

  async function computed(name: keyof typeof settings): Promise<Activation> {
    const { folder } = environments.get(name) ?? { folder: "" };
    const facts = await localSiteFacts(place.environment);
    const context = await spackContext(facts, {
      paths: samePaths,
      spackRoot: path.dirname(path.dirname(place.spack)),
    });
    const manifest = await readManifest(path.join(folder, "spack.yaml"), { context });
    const [lock, database] = await Promise.all([
      readLockfile(path.join(folder, "spack.lock")),
      readDatabase(place.store),
    ]);
    return environmentActivation({ manifest, lock, database, upstreams: [], context }, {});
  }

  /** What Spack prints in a shell whose variables these are. */
  function asked(action: readonly string[], before: Readonly<Record<string, string>>): string {
    const kept = ["SPACK_USER_CONFIG_PATH", "SPACK_USER_CACHE_PATH"].map((name) => [
      name,
      place.environment[name],
    ]);
    const env = {
      ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
      ...python,
      ...before,
    };
    return execFileSync(place.spack, ["env", ...action], { env, encoding: "utf8" });
  }

  it.each(["sh", "fish", "csh"] as const)("prints the same for %s", async (shell: Shell) => {
    for (const name of ["plain", "configured"] as const) {
      const { folder } = environments.get(name) ?? { folder: "" };
      const activation = await computed(name);
      expect(activation.warnings).toEqual([]);
      expect(normal(activationCode(shell, activation, before))).toEqual(
        normal(asked(["activate", `--${shell}`, "-d", folder], before)),
      );
    }
  });

  it("names the package whose recipe only Spack understands, and is right about all else", async () => {
    const { folder } = environments.get("switched") ?? { folder: "" };
    const activation = await computed("switched");
    expect(activation.warnings).toMatchObject([{ name: "demo-wild", version: "1.0" }]);
    const real = normal(asked(["activate", "--sh", "-d", folder], before));
    const ours = normal(activationCode("sh", activation, before));
    expect(real.filter((line) => !ours.includes(line))).toEqual([
      expect.stringMatching(/^export DEMO_WILD=/),
    ]);
    expect(ours.filter((line) => !real.includes(line))).toEqual([]);
  });

  it("is exact on request, and asks once", async () => {
    const { folder, view } = environments.get("switched") ?? { folder: "", view: "" };
    const states = { lockDigest: "l", viewState: "v", storeState: "s", configuration: "c" };
    const key = { path: folder, view: "default", ...states };
    const cache = path.join(place.folder, "kept.json");
    const activation = await exactActivation(place.site, place.spack, key, cache);
    expect(activation.warnings).toEqual([]);
    expect(normal(activationCode("sh", activation, before))).toEqual(
      normal(asked(["activate", "--sh", "-d", folder], before)),
    );
    const nobody = { run: () => Promise.reject(new Error(`asked again about ${view}`)) };
    expect(await exactActivation(nobody, place.spack, key, cache)).toEqual(activation);
    const changed = exactActivation(nobody, place.spack, { ...key, lockDigest: "other" }, cache);
    await expect(changed).rejects.toThrow("asked again");
  });

  it("leaves an environment as Spack does", async () => {
    const activation = await computed("plain");
    const inside = await afterSourcing(activationCode("sh", activation, before), before);
    const ours = await afterSourcing(deactivationCode("sh", activation, inside), inside);
    const theirs = await afterSourcing(asked(["deactivate", "--sh"], inside), inside);
    // Of a search path that nothing is left of, Spack makes the working directory.
    const left = Object.entries(theirs).filter(
      ([, value]) => value !== "." && value !== ".:" && value !== ":" && value !== "",
    );
    expect(ours).toEqual(Object.fromEntries(left));
    expect(ours["PATH"]).toBe(before.PATH);
  });

  it("goes from one environment to another as Spack does", async () => {
    const [from, to] = [await computed("plain"), await computed("configured")];
    const inside = await afterSourcing(activationCode("sh", from, before), before);
    const ours = await afterSourcing(activationCode("sh", to, inside, from), inside);
    const theirs = await afterSourcing(asked(["activate", "--sh", "-d", to.path], inside), inside);
    const withoutWorkingDirectory = (value = "") =>
      value.split(":").filter((part) => part !== "." && part !== "");
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      expect([name, withoutWorkingDirectory(ours[name])]).toEqual([
        name,
        withoutWorkingDirectory(theirs[name]),
      ]);
    }
  });
});

const before = {
  PATH: "/usr/bin:/bin",
  HOME: "/root",
  OWN_GONE: "x",
  OWN_PATH: "/own/second",
  MANPATH: "/m:",
};
/** A pyenv shim would put its own folders on PATH. */
const python = { SPACK_PYTHON: "/usr/bin/python3" };

/**
 * Blanks, the order of statements and the way a quote is written do not matter. What a recipe unsets Spack sets to nothing
 * as soon as it looks for duplicates.
 */
function normal(code: string): readonly string[] {
  return code
    .replaceAll(/'"'"'|'\\''|\\'/g, "<quote>")
    .replaceAll("\\!", "!")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/(DEMO_FORMS|OWN)_GONE/.test(line))
    .sort();
}

async function afterSourcing(
  code: string,
  variables: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const script = `${code}\nunset _ PWD SHLVL OLDPWD\n/usr/bin/env -0`;
  const { stdout } = await processRunner.run({
    command: "bash",
    args: ["--norc", "-c", script],
    env: { ...variables },
  });
  const entries = stdout.split("\0").filter((entry) => entry !== "" && !entry.startsWith("_="));
  return Object.fromEntries(
    entries.map((entry) => [entry.split("=")[0] ?? "", entry.replace(/^[^=]*=/, "")]),
  );
}
