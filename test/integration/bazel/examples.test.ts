import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { glob } from "tinyglobby";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, startBazel } from "../../support/bazel.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";

const tests = [
  "//diffusion:diffusion_test",
  "//diffusion:libdiffusion_test",
  "//field:field_test",
  "//fieldio:fieldio_test",
  "//heat:heat_test",
  "//heat:programs_test",
];

requires("linux", "bazel-examples")("the cross-language example in Bazel (integration)", () => {
  let bazel: Bazel;
  let root: string;
  beforeAll(async () => {
    bazel = await startBazel();
    root = await bazel.copy(inRepository("examples/cross-language"));
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  const shell = (script: string) => bazel.exec(["bash", "-c", script], root);

  /** The state of each test, and all that was said. */
  async function testAll(...options: readonly string[]) {
    const { exitCode, stdout, stderr } = await shell(`bazel test --keep_going ${options.join(" ")} //...`);
    const lines = stdout.matchAll(/^(\/\/\S+) +(?:\(cached\) )?(PASSED|FAILED TO BUILD|FAILED|NO STATUS)/gm);
    const states = new Map([...lines].map(([, label = "", state = ""]) => [label, state]));
    expect([...states.keys()].toSorted(), stderr).toEqual(tests);
    return { exitCode, states, said: stdout + stderr };
  }

  const notPassed = (states: ReadonlyMap<string, string>) =>
    Object.fromEntries([...states].filter(([, state]) => state !== "PASSED"));

  /** Runs all tests with one text of a file replaced. */
  async function testWith(file: string, from: string, to: string) {
    const at = path.join(root, file);
    const before = await readFile(at, "utf8");
    expect(before.split(from)).toHaveLength(2);
    await writeFile(
      at,
      before.replace(from, () => to),
    );
    try {
      return await testAll();
    } finally {
      await writeFile(at, before);
    }
  }

  it("does what its README says, as it stands", async () => {
    const block = /```sh\n(.*?)```/s.exec(await readFile(path.join(root, "README.md"), "utf8"))?.[1] ?? "";
    expect(block).toContain("bazel test //...\n");
    const { exitCode, stdout, stderr } = await shell(`set -e\n${block}`);
    expect(exitCode, stderr).toBe(0);
    for (const label of tests) expect(stdout).toMatch(new RegExp(`^${label} +PASSED`, "m"));
    expect(stdout).toMatch(
      /rows=129 columns=129 spacing=0\.0078125 time=0\.01 min=293\.15 mean=30\d\.\d+ max=3[34]\d\.\d+\n$/,
    );
  });

  it("does what the READMEs of its parts say", async () => {
    const readmes = await glob("*/README.md", { cwd: root });
    expect(readmes).toHaveLength(4);
    for (const readme of readmes) {
      const commands = (await readFile(path.join(root, readme), "utf8")).matchAll(/^`(bazel [^`]+)`/gm);
      for (const [, command = ""] of [...commands]) {
        const { exitCode, stderr } = await shell(command);
        expect(exitCode, `${command}\n${stderr}`).toBe(0);
      }
    }
  });

  it.each(["opt", "dbg"])("passes with -c %s", async (mode) => {
    const { exitCode, states, said } = await testAll("-c", mode);
    expect(exitCode, said).toBe(0);
    expect(notPassed(states)).toEqual({});
  });

  it.each([
    [
      "C++",
      "field/field.cc",
      "std::filesystem::rename(part, file);",
      "std::filesystem::copy_file(part, file, std::filesystem::copy_options::overwrite_existing);",
      ["//field:field_test"],
    ],
    [
      "the extension",
      "fieldio/_fieldio.cc",
      "array.release(), spacing, time)",
      "array.release(), time, spacing)",
      ["//fieldio:fieldio_test"],
    ],
    [
      "Rust",
      "diffusion/lib.rs",
      "number * (around - 4.0 * here[j])",
      "number * (around - 3.99 * here[j])",
      tests.filter((label) => !label.includes("field")),
    ],
    [
      "Python",
      "heat/heat.py",
      'print(f"heat: {error}", file=sys.stderr)',
      'print(f"heat: {error}")',
      ["//heat:programs_test"],
    ],
  ])("finds a mistake in %s, where it is", async (_, file, from, to, failed) => {
    const { exitCode, states, said } = await testWith(file, from, to);
    expect(exitCode, said).toBe(3);
    expect(notPassed(states)).toEqual(Object.fromEntries(failed.map((label) => [label, "FAILED"])));
  });

  it.each([
    [
      "Rust",
      "diffusion/lib.rs",
      "let rows = now.len()",
      "let rows: f64 = now.len()",
      /diffusion\/lib\.rs:\d+:\d+/,
    ],
    [
      "C++",
      "field/field.h",
      "std::size_t rows = 0;",
      "std::size_t lines = 0;",
      /field\/field\.cc:\d+:\d+: error/,
    ],
  ])("names file and line of what %s does not compile", async (_, file, from, to, place) => {
    const { exitCode, said } = await testWith(file, from, to);
    expect(exitCode).toBe(1);
    expect(said).toMatch(place);
  });

  it("passes again once the mistakes are gone, all from the cache", async () => {
    const { exitCode, said } = await testAll();
    expect(exitCode).toBe(0);
    expect(said).toContain(`Executed 0 out of ${tests.length} tests`);
  });
});
