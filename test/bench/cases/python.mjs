import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stubIndex, writeStubIndex } from "../../../extension/core/python/stubs/stub-index.ts";
import { createPythonPlace } from "../../support/python-place.ts";
import { basePython, uvFolder } from "../../support/uv.ts";
import { pythonEnvironment, spackDistribution } from "../../unit/core/python/samples.ts";
import { median } from "../measure.mjs";

const names = Array.from({ length: 300 }, (_, index) => `package-${index}`);

/** 300 distributions that need the twenty before them. */
function environment() {
  return pythonEnvironment(
    names.map((name, index) =>
      spackDistribution(name, "1.2.3", {
        requires: names.slice(Math.max(0, index - 20), index).map((each) => `${each}>=1,<2`),
        entryPoints: `[console_scripts]\n${name} = ${name.replace("-", "_")}:main\n`,
      }),
    ),
  );
}

export const index = {
  prepare: () => {},
  cleanup: () => {},
  name: "the index of 300 distributions",
  goal: 1500,
  measure: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-bench-"));
    const times = { "made anew": [], "already there": [] };
    try {
      for (let round = 0; round < 5; round += 1) {
        const target = path.join(folder, String(round));
        for (const name of Object.keys(times)) {
          const started = performance.now();
          await writeStubIndex(target, stubIndex(environment()));
          times[name].push(performance.now() - started);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  },
};

let place;
let project;

/** Node alone takes several times what uv takes when there is nothing to do: it is taken off. */
export const sync = {
  prepare: async () => {
    if (uvFolder() === undefined || basePython().prefix === "") return "there is no uv, or no Python";
    place = await createPythonPlace();
    await place.install({ numpy: "2.2.6" });
    const text =
      '[project]\nname = "sim"\nversion = "0.1"\nrequires-python = ">=3.11"\ndependencies = ["contourpy"]\n';
    project = await place.project("sim", { "pyproject.toml": text });
    const { exitCode, stderr } = await place.python(project, "sync", "-e", place.environment);
    if (exitCode !== 0) throw new Error(stderr);
  },
  cleanup: () => place?.[Symbol.asyncDispose](),
  name: "python sync with nothing to do, without the start of Node / uv sync",
  ours: () => ({
    command: process.execPath,
    args: [path.resolve("dist/cli.cjs"), "python", "sync", "-e", place.environment],
    cwd: project,
    env: place.variables,
  }),
  peer: () => ({ command: "uv", args: ["sync"], cwd: project, env: place.variables }),
  less: () => ({ command: process.execPath, args: ["-e", "0"] }),
};
