import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../../extension/core/base/files.ts";
import { projectConflicts } from "../../../../extension/core/python/conflicts/project-conflicts.ts";
import { spackConflicts } from "../../../../extension/core/python/conflicts/spack-conflicts.ts";
import { stubIndex } from "../../../../extension/core/python/stubs/stub-index.ts";
import { explainFailure } from "../../../../extension/core/python/uv/explain.ts";
import { findUvProject, parsePyProject } from "../../../../extension/core/python/uv/pyproject.ts";
import { isStubIndex, uvSettings } from "../../../../extension/core/python/uv/settings.ts";
import { stalePackages, staleText } from "../../../../extension/core/python/uv/staleness.ts";
import { parseUvLock } from "../../../../extension/core/python/uv/uv-lock.ts";
import { judge, mendShadowed, shadowText } from "../../../../extension/core/python/uv/verify.ts";
import { inRepository } from "../../../support/paths.ts";
import { pythonEnvironment, spackDistribution } from "./samples.ts";

const numpy = spackDistribution("numpy", "2.3.5");
const environment = pythonEnvironment([
  numpy,
  spackDistribution("scipy", "1.16.3", { requires: ["numpy<2.6"] }),
]);
const text = await readFile(inRepository("test/fixtures/python/uv.lock"), "utf8");

describe("uv.lock (unit)", () => {
  it("is read as uv wrote it", () => {
    const lock = parseUvLock(text, "uv.lock");
    expect(lock.requiresPython).toBe(">=3.11");
    const packages = lock.packages.map(({ name, version, source }) => [name, version, source.kind]);
    expect(packages).toContainEqual(["pandas", "3.1.1", "registry"]);
    expect(packages).toContainEqual(["q", "0.1", "virtual"]);
    const locked = lock.packages.find(({ name }) => name === "numpy");
    expect(isStubIndex(locked?.source.at ?? "")).toBe(true);
    expect(locked?.wheels).toEqual(["numpy-2.3.5-cp311-none-linux_x86_64.whl"]);
    expect(locked?.hashes[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it("names the file and what is wrong in it", () => {
    expect(() => parseUvLock("version = 1\n[[package]\n", "a/uv.lock")).toThrow(/a\/uv\.lock cannot be read/);
    expect(() => parseUvLock("version = 2\n", "uv.lock")).toThrow(/its version is 2, and 1 is known/);
    expect(() => parseUvLock("version = 1\n[[package]]\nname = 1\n", "uv.lock")).toThrow(/package\.0\.name/);
  });
});

describe("a lock against what Spack has (unit)", () => {
  const digest = (version: string) =>
    sha256(
      stubIndex(pythonEnvironment([spackDistribution("numpy", version)])).wheels.get("numpy")?.content ?? "",
    );
  const lockOf = (version: string, registry: string, hash: string) =>
    parseUvLock(
      `version = 1\n[[package]]\nname = "numpy"\nversion = "${version}"\nsource = { registry = "${registry}" }\nwheels = [{ path = "x.whl", hash = "sha256:${hash}" }]\n`,
      "uv.lock",
    );
  const ours = "/opt/bazel_cache/python/view-1/sygaldry-spack-index";
  const only = pythonEnvironment([numpy]);

  it("is right when version and digest are Spack's", () => {
    expect(stalePackages(lockOf("2.3.5", ours, digest("2.3.5")), only)).toEqual([]);
  });

  it("is stale for another version, digest or index, and when Spack has it no more", () => {
    const judged = [
      stalePackages(lockOf("2.2.0", ours, digest("2.2.0")), only),
      stalePackages(lockOf("2.3.5", ours, "0"), only),
      stalePackages(lockOf("2.4.6", "https://pypi.org/simple", "0"), only),
      stalePackages(lockOf("2.3.5", `file://${ours}`, digest("2.3.5")), pythonEnvironment([])),
    ].flat();
    expect(judged.map(({ why }) => why)).toEqual(["version", "metadata", "elsewhere", "gone"]);
    expect(judged.map(staleText)[0]).toBe("numpy: the lock has 2.2.0, Spack has 2.3.5");
  });
});

describe("pyproject.toml (unit)", () => {
  const file = "/w/pyproject.toml";
  const project = parsePyProject(
    `[project]
name = "sim"
requires-python = ">=3.12"
dependencies = ["NumPy>=2.4", "six"]
optional-dependencies.fast = ["scipy>=1.17 ; sys_platform == 'linux'"]
[dependency-groups]
dev = ["pytest", { include-group = "fast" }]
[[tool.uv.index]]
name = "corp"
url = "https://corp.invalid/simple"
[[tool.uv.index]]
url = "https://torch.invalid/whl"
explicit = true
[tool.uv.sources]
Num_Py = { index = "no" }
numpy = [{ index = "corp", marker = "sys_platform == 'linux'" }, { path = "x" }]
`,
    file,
  );

  it("tells what it asks for and from where", () => {
    expect(project.requirements.map(({ name }) => name)).toEqual(["numpy", "six", "scipy", "pytest"]);
    expect(project.indexes.map(({ explicit }) => explicit)).toEqual([false, true]);
    expect([...project.pinned]).toEqual([
      ["num-py", "no"],
      ["numpy", "corp"],
    ]);
  });

  it("conflicts with what Spack has", () => {
    const found = projectConflicts(environment, project, undefined, [project]);
    expect(found.map(({ severity, kind, name }) => [severity, kind, name])).toEqual([
      ["error", "requirement", "numpy"],
      ["warning", "requirement", "scipy"],
      ["error", "index", "numpy"],
      ["warning", "index", undefined],
      ["error", "python", undefined],
    ]);
    expect(found[0]?.message).toContain("asks for NumPy>=2.4, and Spack has 2.3.5 (py-numpy/");
  });

  it("names the line that is broken", () => {
    expect(() => parsePyProject("[project]\nname = \n", file)).toThrow(
      /^\/w\/pyproject\.toml:2 cannot be read/,
    );
    expect(() => parsePyProject("[project]\nname = 1\n", file)).toThrow(/project\.name/);
  });

  it("is found upwards, the workspace's before the project's own", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "sygaldry-project-"));
    try {
      await mkdir(path.join(folder, "members/a/src"), { recursive: true });
      const member = path.join(folder, "members/a");
      await writeFile(path.join(member, "pyproject.toml"), '[project]\nname = "a"\n');
      expect((await findUvProject(path.join(member, "src")))?.root).toBe(member);
      await writeFile(path.join(folder, "pyproject.toml"), '[tool.uv.workspace]\nmembers = ["members/*"]\n');
      expect((await findUvProject(path.join(member, "src")))?.root).toBe(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a failure of uv (unit)", () => {
  it("is about Spack where it names what Spack has", () => {
    const message =
      "error: No solution found when resolving dependencies\n  cause: Because only numpy==2.3.5\n  is available and your project depends on numpy>=2.4, we can conclude …\n\nhint: `numpy` was found on file:///x, but not at the requested version (numpy>=2.4).";
    const found = explainFailure(message, environment);
    expect(found?.text).toEqual(["numpy 2.3.5 is Spack's py-numpy@2.3.5/numpyaa, and uv may take no other"]);
    expect(found?.next).toMatch(
      /^Either ask Spack for another version \(py-numpy@….* works with numpy 2\.3\.5\.$/,
    );
    expect(explainFailure("error: only six==1.0 is available", environment)).toBeUndefined();
    expect(explainFailure("error: No `pyproject.toml` found", environment)).toBeUndefined();
  });
});

describe("settings of uv (unit)", () => {
  const python = { version: "3.13.1", series: "3.13", prefix: "/opt/py", external: false };
  it("put Spack's index before the user's, once", () => {
    const first = uvSettings("/c/a b/sygaldry-spack-index", python, {
      UV_EXTRA_INDEX_URL: "https://u:p@corp/simple",
    });
    expect(first).toEqual({
      UV_EXTRA_INDEX_URL: "file:///c/a%20b/sygaldry-spack-index https://u:p@corp/simple",
      ...{
        UV_PYTHON_SEARCH_PATH: "/opt/py/bin",
        UV_PYTHON_PREFERENCE: "only-system",
        UV_PYTHON_DOWNLOADS: "never",
      },
    });
    expect(uvSettings("/c/a b/sygaldry-spack-index", python, first)).toEqual(first);
    expect(uvSettings("/d/sygaldry-spack-index", python, first)["UV_EXTRA_INDEX_URL"]).toBe(
      "file:///d/sygaldry-spack-index https://u:p@corp/simple",
    );
  });
});

describe("what a project imports (unit)", () => {
  const stub = { version: "2.3.5", generator: "sygaldry-spack" };
  const at = (file: string, spack: boolean) => ({ files: [file], spack });
  const said = { python: "3.11.7", prefix: "/w/.venv" };

  it("is verified where it comes from the store, also what was not asked for", () => {
    const modules = {
      numpy: at("/store/numpy/__init__.py", true),
      scipy: at("/store/scipy/__init__.py", true),
    };
    expect(judge({ ...said, installed: { numpy: stub }, modules }, environment)).toEqual({
      ...{ ...said, verified: 2, shadowed: [] },
    });
  });

  it("is nothing of Spack's where no stub is installed", () => {
    const modules = { numpy: { files: [], spack: false }, scipy: { files: [], spack: false } };
    expect(judge({ ...said, installed: {}, modules }, environment)).toMatchObject({
      verified: 0,
      shadowed: [],
    });
  });

  it("is told for a file in the way, another build, and a module that is not found", () => {
    const shadowed = [
      judge(
        { ...said, installed: { numpy: stub }, modules: { numpy: at("/w/numpy.py", false) } },
        pythonEnvironment([numpy]),
      ),
      judge(
        { ...said, installed: { numpy: { version: "2.3.5", generator: "meson" } }, modules: {} },
        pythonEnvironment([numpy]),
      ),
      judge({ ...said, installed: { numpy: stub }, modules: {} }, pythonEnvironment([numpy])),
    ].flatMap((found) => found.shadowed);
    expect(shadowed.map(({ why, file }) => [why, file])).toEqual([
      ["module", "/w/numpy.py"],
      ["installed", undefined],
      ["absent", undefined],
    ]);
    expect(shadowText(shadowed[0] ?? never(), "/w/.venv")).toBe(
      "numpy: `import numpy` finds /w/numpy.py, not Spack's py-numpy@2.3.5/numpyaa",
    );
    expect(mendShadowed(shadowed.slice(0, 1))).toBe("Remove the file that is in the way.");
    expect(mendShadowed(shadowed.slice(1, 2))).toBe("Run `sygaldry python sync --reinstall-package numpy`.");
  });

  it("leaves out what projects have of their own", () => {
    const messy = pythonEnvironment([spackDistribution("messy", "1", { modules: ["messy", "tests"] })]);
    const modules = { messy: at("/store/messy.py", true), tests: at("/w/tests/__init__.py", false) };
    expect(judge({ ...said, installed: { messy: stub }, modules }, messy).shadowed).toEqual([]);
  });
});

describe("a Spack environment by itself (unit)", () => {
  it("tells what is missing, hidden, foreign and relaxed", () => {
    const found = spackConflicts(
      pythonEnvironment([numpy, spackDistribution("scipy", "1.16.3", { requires: ["numpy>=2.4"] })], {
        ...{ hidden: [spackDistribution("numpy", "1.26.4")], foreign: ["six-1.0.dist-info"] },
        problems: [{ file: "/x", message: "there is no METADATA in it" }],
      }),
    );
    expect(found.map(({ kind, message }) => [kind, message])).toEqual([
      ["versions", "numpy 2.3.5 is imported, and hides 1.26.4 of py-numpy/numpyaa"],
      [
        "foreign",
        "six-1.0.dist-info lies in the view and is part of no Spack package: something was installed into the view",
      ],
      ["relaxed", "scipy asks for numpy>=2.4, and Spack has numpy 2.3.5"],
      ["metadata", "/x: there is no METADATA in it"],
    ]);
  });
});

function never(): never {
  throw new Error("there is none");
}
