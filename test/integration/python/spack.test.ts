import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sha256File } from "../../../extension/core/base/files.ts";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { sygaldry } from "../../support/cli.ts";
import { requires } from "../../support/requirements.ts";
import { createSpackPlace, type SpackPlace } from "../../support/spack-place.ts";
import { basePython, uvFolder, wheelOf } from "../../support/uv.ts";

const version = "2.2.6";

/** A recipe of ours that installs a wheel of the Python index as Spack's own Python packages do. */
async function recipe(wheel: string): Promise<string> {
  return `from spack_repo.builtin.build_systems.generic import Package
from spack.package import *


class PyNumpy(Package):
    version("${version}", sha256="${await sha256File(wheel)}", url="file://${wheel}", expand=False)
    extends("python")

    def install(self, spec, prefix):
        pip = Executable(join_path(spec["python"].prefix.bin, "python3"))
        pip("-m", "pip", "install", "--no-deps", "--no-index", "--ignore-installed", "--prefix=" + prefix, self.stage.archive_file)
`;
}

requires(
  "linux",
  "python3",
  "uv",
  "spack",
)("uv on top of what the real Spack installed (integration)", () => {
  let place: SpackPlace;
  let environment: string;
  beforeAll(async () => {
    place = await createSpackPlace();
    const repository = path.join(place.folder, "repositories/spack_repo/wheels");
    await mkdir(path.join(repository, "packages/py_numpy"), { recursive: true });
    await writeFile(path.join(repository, "repo.yaml"), "repo:\n  namespace: wheels\n  api: v2.2\n");
    await writeFile(
      path.join(repository, "packages/py_numpy/package.py"),
      await recipe(wheelOf("numpy", version)),
    );
    const python = basePython();
    environment = await place.environmentOf("numerics", {
      ...{ specs: ["py-numpy"], repos: { wheels: repository }, view: path.join(place.store, "view") },
      packages: {
        "python:": {
          buildable: false,
          externals: [{ spec: `python@${python.version}`, prefix: python.prefix }],
        },
      },
    });
    await place.concretize(environment);
    const args = ["-e", environment, "install"];
    await runChecked(processRunner, { command: place.spack, args, env: place.environment });
  });
  afterAll(() => place[Symbol.asyncDispose]());

  it("imports from the view that Spack made, which stays as it is", async () => {
    const project = path.join(place.folder, "project");
    await mkdir(project);
    const text =
      '[project]\nname = "sim"\nversion = "0.1"\nrequires-python = ">=3.11"\ndependencies = ["contourpy"]\n';
    await writeFile(path.join(project, "pyproject.toml"), text);
    const env = {
      ...{ PATH: `${uvFolder()}:${process.env["PATH"]}`, UV_CACHE_DIR: path.join(place.folder, "uv-cache") },
      ...{ SYGALDRY_PYTHON_INDEX: path.join(place.folder, "index"), SPACK_ENV: undefined },
      SPACK_USER_CONFIG_PATH: place.environment["SPACK_USER_CONFIG_PATH"],
    };
    const run = (...args: readonly string[]) =>
      sygaldry(["python", ...args, "--json"], { cwd: project, env });
    const synced = await run("sync", "-e", environment);
    expect(synced.json()).toMatchObject({ verification: { verified: 1, shadowed: [] } });
    const library = `python${basePython().version.split(".").slice(0, 2).join(".")}`;
    expect((await run("which", "numpy", "-e", environment)).json()).toMatchObject({
      spack: [{ version, package: { name: "py-numpy", prefix: expect.stringContaining(`${place.store}/`) } }],
      imported: {
        numpy: [
          expect.stringMatching(
            new RegExp(`/py-numpy-${version}-.*/${library}/site-packages/numpy/__init__.py$`),
          ),
        ],
      },
    });
    const checked = await run("check", "-e", environment);
    expect(checked.json()).toMatchObject({ sound: true });
    // `uv pip install` takes the project's environment, although the view is a virtual environment too.
    const { stdout } = await sygaldry(["python", "env", environment], { cwd: project, env });
    const script = `${stdout}\nuv pip install --quiet iniconfig && ls .venv/lib/*/site-packages`;
    const installed = await runChecked(processRunner, {
      ...{ command: "sh", args: ["-ec", script], cwd: project, env: { ...process.env, ...env } },
    });
    expect(installed.stdout).toContain("iniconfig");
    expect((await run("list", environment)).json()).toMatchObject({
      foreign: [],
      distributions: [{ name: "numpy" }],
    });
  });
});
