import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sygaldry } from "../../support/cli.ts";
import { createPythonPlace, type PythonPlace } from "../../support/python-place.ts";
import { requires } from "../../support/requirements.ts";
import { basePython } from "../../support/uv.ts";

const old = "2.2.6";
const newer = "2.3.5";

const pyproject = (dependencies: string, more = "") =>
  `[project]\nname = "sim"\nversion = "0.1"\nrequires-python = ">=3.11"\ndependencies = [${dependencies}]\n${more}`;

const library = `python${basePython().version.split(".").slice(0, 2).join(".")}`;

const where = "import contourpy, numpy; print(numpy.__version__, numpy.__file__)";

requires(
  "linux",
  "python3",
  "uv",
)("uv on top of a Spack environment (integration)", () => {
  let place: PythonPlace;
  let project: string;
  beforeAll(async () => {
    place = await createPythonPlace();
    await place.install({ numpy: old });
    project = await place.project("sim", { "pyproject.toml": pyproject('"contourpy"') });
  });
  afterAll(() => place[Symbol.asyncDispose]());

  const numpyIn = (version: string) => place.prefixOf("numpy", version);
  const sync = (...args: readonly string[]) =>
    place.python(project, "sync", "-e", place.environment, ...args);

  it("lists what Spack has, and whose it is", async () => {
    const listed = (await place.python(project, "list", place.environment, "--json")).json();
    expect(listed).toMatchObject({
      view: place.view,
      distributions: [
        {
          name: "numpy",
          version: old,
          from: "dist-info",
          package: { name: "py-numpy", prefix: numpyIn(old) },
        },
      ],
      ...{ hidden: [], foreign: [], missing: [], problems: [] },
    });
  });

  it("resolves what needs NumPy to Spack's, and downloads none", async () => {
    const result = await sync("--json");
    expect(result.json()).toMatchObject({
      renewed: [],
      left: [],
      verification: { verified: 1, shadowed: [] },
    });
    expect(result.stderr).toContain(`+ numpy==${old}`);
    expect(result.stderr).not.toMatch(/Download\w* numpy/);
    expect(await place.cached("numpy")).toBeUndefined();
    expect(await place.cached("contourpy")).toBeDefined();
    expect(await readFile(path.join(project, "pyproject.toml"), "utf8")).toBe(pyproject('"contourpy"'));
  });

  it("is the same for bare uv, online and offline, and uv run undoes nothing", async () => {
    for (const argv of [
      ["uv", "sync", "--locked"],
      ["uv", "sync", "--offline"],
      ["uv", "lock", "--check"],
    ]) {
      expect(await place.run(project, ...argv)).toMatchObject({ exitCode: 0 });
    }
    const { stdout } = await place.run(project, "uv", "run", "python", "-c", where);
    expect(stdout.trim()).toBe(`${old} ${place.view}/lib/${library}/site-packages/numpy/__init__.py`);
    // A stub works without any variable of ours.
    const bare = await place.run(project, "env", "-u", "UV_EXTRA_INDEX_URL", ".venv/bin/python", "-c", where);
    expect(bare.stdout).toContain(`${old} ${place.view}/`);
    expect((await place.run(project, ".venv/bin/f2py", "-v")).stdout.trim()).toBe(old);
  });

  it("adds without writing the index into pyproject.toml", async () => {
    const result = await place.python(project, "add", "-e", place.environment, "iniconfig", "--json");
    expect(result.json()).toMatchObject({ verification: { shadowed: [] } });
    expect(await readFile(path.join(project, "pyproject.toml"), "utf8")).not.toContain("index");
    const which = await place.python(project, "which", "numpy", "-e", place.environment, "--json");
    expect(which.json()).toMatchObject({
      ...{ spack: [{ name: "numpy" }], locked: [{ name: "numpy", version: old }] },
      imported: { numpy: [`${numpyIn(old)}/lib/${library}/site-packages/numpy/__init__.py`] },
    });
  });

  it("gives uv pip install and isolated builds Spack's NumPy", async () => {
    const setup =
      'import numpy\nfrom setuptools import setup\nopen("where.txt", "w").write(numpy.__file__)\nsetup(name="built", version="1", py_modules=[])\n';
    const build =
      '[build-system]\nrequires = ["setuptools", "numpy"]\nbuild-backend = "setuptools.build_meta"\n';
    const built = await place.project("built", { "setup.py": setup, "pyproject.toml": build });
    await place.run(built, "uv", "venv");
    expect(await place.run(built, "uv", "pip", "install", ".", "contourpy")).toMatchObject({ exitCode: 0 });
    expect(await readFile(path.join(built, "where.txt"), "utf8")).toContain(`${place.view}/`);
    const { stdout } = await place.run(built, ".venv/bin/python", "-c", where);
    expect(stdout).toContain(`${old} ${place.view}/`);
    expect(await place.cached("numpy")).toBeUndefined();
  });

  it("works in a workspace, with an extra of a member", async () => {
    const root = await place.project("workspace", {
      "pyproject.toml": `${pyproject('"a[plot]"')}[tool.uv.workspace]\nmembers = ["a"]\n[tool.uv.sources]\na = { workspace = true }\n`,
      "a/pyproject.toml":
        '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\n[project.optional-dependencies]\nplot = ["contourpy"]\n',
    });
    const result = await place.python(
      path.join(root, "a"),
      "sync",
      "-e",
      place.environment,
      "--all-packages",
      "--json",
    );
    expect(result.json()).toMatchObject({ verification: { verified: 1 } });
    expect(existsSync(path.join(root, "uv.lock"))).toBe(true);
  });

  it("fails while resolving when something needs another NumPy, and says whose it is", async () => {
    const failing = await place.project("failing", {
      "pyproject.toml": pyproject('"needy"', '[tool.uv.sources]\nneedy = { path = "needy" }\n'),
      "needy/pyproject.toml":
        '[project]\nname = "needy"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["numpy<2"]\n[tool.uv]\npackage = false\n',
    });
    const result = await place.python(failing, "lock", "-e", place.environment, "--json");
    expect(result.exitCode).toBe(1);
    expect(result.json()).toMatchObject({
      error: {
        ...{
          code: "SYG-UV",
          next: expect.stringMatching(/^Either ask Spack for another version \(py-numpy@…/),
        },
        spack: [{ name: "numpy", version: old, package: { name: "py-numpy", version: old } }],
      },
    });
    expect(result.stderr).toMatch(new RegExp(`only numpy==${old} is available`));
    expect(result.stderr).toContain(`numpy ${old} is Spack's py-numpy@${old}/`);
  });

  it("catches a wheel over Spack's, and a file in the way", async () => {
    await place.run(
      project,
      "env",
      "-u",
      "UV_EXTRA_INDEX_URL",
      "uv",
      "pip",
      "install",
      "--reinstall",
      "--no-deps",
      `numpy==${old}`,
    );
    const caught = await sync("--json");
    expect(caught.exitCode).toBe(1);
    expect(caught.json()).toMatchObject({
      error: {
        ...{ code: "SYG-PYTHON-SHADOWED", next: "Run `sygaldry python sync --reinstall-package numpy`." },
        shadowed: [{ name: "numpy", why: "installed", file: expect.stringContaining("/.venv/") }],
      },
    });
    expect((await sync("--reinstall-package", "numpy", "--json")).json()).toMatchObject({
      verification: { verified: 1 },
    });
    await writeFile(path.join(project, "numpy.py"), "");
    const check = await place.python(project, "check", "-e", place.environment, "--json");
    expect(check.exitCode).toBe(1);
    expect(check.json()).toMatchObject({
      sound: false,
      conflicts: [{ kind: "shadowed", message: expect.stringContaining(path.join(project, "numpy.py")) }],
    });
    await rm(path.join(project, "numpy.py"));
  });

  it("tells a lock that was made for another NumPy, and renews it", async () => {
    await place.install({ numpy: newer });
    const kept = await sync("--locked", "--json");
    expect(kept.exitCode).toBe(1);
    expect(kept.json()).toMatchObject({
      error: {
        code: "SYG-PYTHON-STALE",
        stale: [{ name: "numpy", locked: old, installed: newer, why: "version" }],
      },
    });
    const check = await place.python(project, "check", "-e", place.environment);
    expect([check.exitCode, check.stdout]).toEqual([
      1,
      expect.stringContaining(`error: numpy: the lock has ${old}, Spack has ${newer}`),
    ]);
    expect((await sync("--json")).json()).toMatchObject({
      ...{ renewed: [{ name: "numpy", why: "version" }], left: [], verification: { verified: 1 } },
    });
    const { stdout } = await place.run(project, "uv", "run", "python", "-c", where);
    expect(stdout).toContain(`${newer} ${place.view}/`);
  });

  it("works for a project that uv's own option names", async () => {
    const result = await place.python(
      place.folder,
      "sync",
      "-e",
      place.environment,
      "--project",
      project,
      "--json",
    );
    expect(result.json()).toMatchObject({
      left: [],
      verification: { verified: 1, prefix: path.join(project, ".venv") },
    });
  });

  it("takes back from the Python index what was locked without Spack", async () => {
    const outside = await place.project("outside", { "pyproject.toml": pyproject('"contourpy"') });
    await place.run(outside, "env", "-u", "UV_EXTRA_INDEX_URL", "uv", "lock");
    const locked = await place.python(outside, "lock", "-e", place.environment, "--json");
    expect(locked.json()).toMatchObject({ left: [] });
    expect(await readFile(path.join(outside, "uv.lock"), "utf8")).not.toMatch(
      /name = "numpy"\nversion = ".*"\nsource = \{ registry = "https/,
    );
  });

  it("keeps to the view where the lock is newer than what is installed", async () => {
    await place.solve({ numpy: old, packaging: "24.2" });
    const listed = (await place.python(project, "list", place.environment, "--json")).json();
    expect(listed).toMatchObject({
      distributions: [{ name: "numpy", version: newer }],
      missing: [{ name: "py-numpy", version: old }, { name: "py-packaging" }],
    });
    await place.solve({ numpy: newer });
  });

  it("leaves uv alone where there is no Spack environment, and says when there is no uv", async () => {
    const alone = await place.project("alone", { "pyproject.toml": pyproject("") });
    expect((await place.python(alone, "sync", "--json")).json()).toMatchObject({
      environment: null,
      verification: null,
    });
    expect((await place.python(alone, "env")).stdout).toBe("");
    const env = { ...place.variables, PATH: "/nonexistent" };
    const without = await sygaldry(["python", "sync", "-e", place.environment, "--json"], {
      cwd: project,
      env,
    });
    expect(without.exitCode).toBe(3);
    expect(without.json()).toMatchObject({ error: { code: "SYG-TOOL-MISSING" } });
  });
});
