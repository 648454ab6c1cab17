import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SpackContext } from "../../../../../extension/core/spack/context/context.ts";
import { expandUserSpecs } from "../../../../../extension/core/spack/manifest/expand.ts";
import {
  type Manifest,
  parseManifest,
  readManifest,
} from "../../../../../extension/core/spack/manifest/manifest.ts";
import { problemText } from "../../../../../extension/core/spack/manifest/problems.ts";
import { host } from "./host.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-manifest-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => path.join(folder, "spack.yaml");

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

async function read(yaml: string, context: SpackContext = host): Promise<Manifest> {
  await write({ "spack.yaml": yaml });
  return readManifest(file(), { context });
}

/** `line:column code` of every problem, expansion included. */
async function places(yaml: string, context: SpackContext = host): Promise<readonly string[]> {
  const manifest = await read(yaml, context);
  const problems = [...manifest.problems, ...expandUserSpecs(manifest, context).problems];
  return problems.map(({ severity, code, at }) => `${at?.line}:${at?.column} ${severity} ${code}`);
}

describe("readManifest (unit)", () => {
  test("keeps comments and text for editors", async () => {
    const yaml = "# first\nspack:\n  specs: [zlib] # why\n";
    const { source } = await read(yaml);
    expect(source.text).toBe(yaml);
    expect(String(source.document)).toContain("specs: [ zlib ] # why");
  });

  test("says where each user spec is from", async () => {
    const manifest = await read(
      "spack:\n  definitions:\n  - mpis: [mpich, openmpi]\n  specs:\n  - zlib\n  - $mpis\n  - matrix:\n    - [hdf5]\n    - [$^mpis]\n",
    );
    const { specs } = expandUserSpecs(manifest, host);
    const shown = specs.map(({ text, origin, via }) => [
      text,
      `${origin.line}:${origin.column}`,
      via.map(({ kind, name, at }) => `${kind}${name} ${at.line}:${at.column}`),
    ]);
    expect(shown).toEqual([
      ["zlib", "5:5", []],
      ["mpich", "3:12", ["definitionmpis 6:5"]],
      ["openmpi", "3:19", ["definitionmpis 6:5"]],
      ["hdf5 ^mpich", "7:5", ["matrix 7:5"]],
      ["hdf5 ^openmpi", "7:5", ["matrix 7:5"]],
    ]);
  });

  test("a syntax error points into the spec, with and without quotes", async () => {
    expect(await places("spack:\n  specs:\n  - zlib@@1\n  - 'hdf5 +mpi ~mpi'\n")).toEqual([
      "3:9 error spec-syntax",
      "4:16 error spec-syntax",
    ]);
  });

  test("every problem has its place", async () => {
    const yaml = `spack:
  spec: [zlib]
  specs: [$none, 12, +mpi, 'zlib target=x86_64:']
  view: {default: {link: roots}}
  concretizer: {unify: perhaps}
  packages: {all: {compiler: [gcc]}}
  definitions:
  - a: [zlib]
    when: plat == 1
`;
    expect(await places(yaml)).toEqual([
      "2:3 error unknown-key",
      "3:18 error shape",
      "4:19 error shape",
      "5:24 error shape",
      "3:28 warning colon-lost",
      "6:20 warning deprecated",
      "9:11 error condition",
      "3:11 error undefined-reference",
      "3:22 warning anonymous-spec",
    ]);
    const manifest = await read("spack:\n  spec: [zlib]\n");
    expect(manifest.problems.map(problemText)).toEqual([
      `${file()}:2:3: spec: Spack knows no such key in spack; did you mean "specs"?`,
    ]);
  });

  test("what is not known here makes a condition undecided, never false", async () => {
    const yaml = "spack:\n  definitions:\n  - a: [zlib]\n    when: target == 'zen3'\n  specs: [$a]\n";
    const blind = { ...host, target: undefined };
    expect(await places(yaml, blind)).toEqual(["4:11 undecided condition"]);
    const decided = yaml.replace("'zen3'", "'zen3' and platform == 'darwin'");
    expect(await places(decided, blind)).toEqual([]);
  });

  test("includes that are not read are named", async () => {
    const manifest = await read(
      "spack:\n  include:\n  - https://example.org/a.yaml\n  - git: https://example.org/r.git\n    branch: main\n    paths: [x.yaml]\n  - $target/b.yaml\n",
      { ...host, target: undefined },
    );
    expect(manifest.includes.map(({ text, state }) => [text, state])).toEqual([
      ["https://example.org/a.yaml", "not-read"],
      ["https://example.org/r.git:x.yaml", "not-read"],
      ["$target/b.yaml", "undecided"],
    ]);
    expect(manifest.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "undecided include-remote",
      "undecided include-remote",
      "undecided path-variable",
    ]);
  });

  test("a circle of includes names its files, once", async () => {
    await write({ "a.yaml": "include: [b.yaml]\n", "b.yaml": "include: [a.yaml]\n" });
    const { problems } = await read("spack:\n  include: [a.yaml]\n");
    expect(problems.map(({ code }) => code)).toEqual(["include-cycle"]);
    expect(problems[0]?.message).toBe(
      `the includes go in a circle: ${["spack.yaml", "a.yaml", "b.yaml", "a.yaml"].map((name) => path.join(folder, name)).join(" → ")}`,
    );
  });

  test("a file that includes itself, and the manifest that includes itself", async () => {
    await write({ "a.yaml": "include: [a.yaml]\n" });
    expect(
      (await read("spack:\n  include: [a.yaml, spack.yaml]\n")).problems.map(({ code }) => code),
    ).toEqual(["include-cycle", "include-cycle"]);
  });

  // A link to itself: no permission keeps root from reading.
  test("an unreadable include is a problem", async () => {
    await symlink("a.yaml", path.join(folder, "a.yaml"));
    const { problems } = await read("spack:\n  include: [a.yaml]\n");
    expect(problems.map(({ code }) => code)).toEqual(["include-unreadable"]);
  });

  test("a folder where a scope's file should be is a problem", async () => {
    await mkdir(path.join(folder, "conf", "packages.yaml"), { recursive: true });
    const { problems } = await read("spack:\n  include: [conf]\n");
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["error include-unreadable"]);
  });

  test("paths with spaces and other scripts", async () => {
    await write({ "mit leer/größe.yaml": "definitions:\n- a: [zlib]\n" });
    const manifest = await read(
      "spack:\n  include: ['mit leer/größe.yaml']\n  specs: [$a]\n  view: ./sicht é\n",
    );
    expect(expandUserSpecs(manifest, host).specs.map(({ text }) => text)).toEqual(["zlib"]);
    expect(manifest.views[0]?.root).toBe(path.join(folder, "sicht é"));
  });

  test("toolchains that go in a circle are told", async () => {
    const yaml = "spack:\n  toolchains: {a: '%b', b: '%a'}\n  specs: [zlib %a]\n";
    expect(await places(yaml)).toEqual(["3:11 error toolchain"]);
  });

  test("a matrix beyond measure is not expanded", async () => {
    const row = `[${Array.from({ length: 50 }, (_, i) => `'@${i}'`).join(", ")}]`;
    const rows = Array.from({ length: 6 }, () => `    - ${row}\n`).join("");
    expect(await places(`spack:\n  specs:\n  - matrix:\n    - [zlib]\n${rows}`)).toEqual([
      "3:5 undecided matrix",
    ]);
  });
});

describe("malformed manifests (unit)", () => {
  test.each([
    ["spack: [", "1:9"],
    ["spack:\n\tspecs: []\n", "2:1"],
    ["spack:\n  specs: *gone\n", "2:10"],
    ["spack: &a\n  specs: *a\n", "2:10"],
    ["spack: {}\n---\nspack: {}\n", "2:1"],
    ["spack:\n  view: true\n  view: false\n", "3:3"],
  ])("%j is SYG-SPACK-MANIFEST at %s", async (yaml, place) => {
    await expect(read(yaml)).rejects.toMatchObject({
      code: "SYG-SPACK-MANIFEST",
      message: expect.stringContaining(`${file()}:${place}: malformed YAML: `),
    });
  });

  test("aliases that grow without measure", async () => {
    const lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a, a]"];
    for (let i = 1; i < 9; i++) {
      lines.push(`x${i}: &x${i} [${Array.from({ length: 10 }, () => `*x${i - 1}`).join(", ")}]`);
    }
    await expect(read(`${lines.join("\n")}\n`)).rejects.toMatchObject({ code: "SYG-SPACK-MANIFEST" });
  });

  test("a missing manifest, and one that is a folder", async () => {
    await expect(readManifest(file(), { context: host })).rejects.toMatchObject({
      code: "SYG-SPACK-MANIFEST",
      message: `${file()} does not exist`,
    });
    await mkdir(file());
    await expect(readManifest(file(), { context: host })).rejects.toMatchObject({
      code: "SYG-SPACK-MANIFEST",
    });
  });

  test("cancellation", async () => {
    await write({ "spack.yaml": "spack: {}\n" });
    const signal = AbortSignal.abort();
    await expect(readManifest(file(), { context: host, signal })).rejects.toMatchObject({
      code: "SYG-CANCELLED",
    });
  });

  test("no text makes it crash", async () => {
    const whole =
      "spack:\n  specs: [zlib, {matrix: [[a], ['%gcc']], exclude: [b]}]\n  include: [x]\n  view: {d: {root: v}}\n";
    for (let end = 0; end <= whole.length; end++) {
      await parseManifest(file(), whole.slice(0, end), { context: host }).then(
        (manifest) => expandUserSpecs(manifest, host),
        (error) => expect(error).toMatchObject({ code: "SYG-SPACK-MANIFEST" }),
      );
    }
  });
});
