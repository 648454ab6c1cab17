import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { expectGolden } from "../../../../support/golden.ts";
import { inRepository } from "../../../../support/paths.ts";
import { createWorkspace, cuda, ownFiles, sim, type Wanted } from "./workspace.ts";

const toolchains = { cc: "", python: "3.13", rust: "1.79", go: "1.21.5" };
const remote: Wanted["remote"] = {
  "bazel-remote": { cache: "grpc://cache.example.org:9092" },
  buildbarn: {
    cache: "grpc://bb.example.org:8980",
    executor: "grpc://run.example.org:8980",
    instance: "main",
  },
  nativelink: { cache: "grpcs://nl.example.org" },
  buildbuddy: {
    ...{ cache: "grpcs://remote.example.org", events: "grpcs://remote.example.org" },
    results: "https://app.example.org/invocation/",
  },
};
const cases: readonly (readonly [name: string, wanted: Wanted])[] = [
  ["6", { bazel: "6.4.0", repositories: [{ ...sim, python: false }], toolchains }],
  ["7", { bazel: "7.7.1", repositories: [sim, cuda], toolchains }],
  ["8", { bazel: "8.4.0", repositories: [{ ...sim, python: false }], toolchains, remote }],
  ["9", { bazel: "9.0.0", repositories: [], toolchains: { cc: "" } }],
];

describe("a new repository (unit)", () => {
  it.each(cases)("for Bazel %s", async (name, wanted) => {
    await using workspace = await createWorkspace();
    const first = await workspace.sync(wanted);
    expect(new Set(first.statuses.map(({ state }) => state))).toEqual(new Set(["missing"]));
    expect([first.plan.snippets, first.plan.notes]).toEqual([[], []]);
    const files = await ownFiles(workspace);
    for (const file of files)
      await expectGolden(
        `bazel/${name}/${file}`,
        Buffer.from(await workspace.read(file), "latin1").toString(),
      );
    await expectGolden(`bazel/${name}/files.txt`, `${files.join("\n")}\n`);
    // Whatever was written decides nothing anew.
    const again = await workspace.sync(wanted);
    expect(again.changed).toEqual([]);
    expect(new Set(again.statuses.map(({ state }) => state))).toEqual(new Set(["current"]));
  });

  it("gets the module as it lies in templates/bazel/spack", async () => {
    await using workspace = await createWorkspace();
    const { plan } = await workspace.sync();
    expect(plan.files.length).toBeGreaterThan(25);
    for (const { path: file, content } of plan.files) {
      const source = file.replace("third_party/spack", "templates/bazel/spack");
      expect(content, file).toBe(await readFile(inRepository(source), "utf8"));
      expect(await readFile(path.join(workspace.root, file), "utf8"), file).toBe(content);
    }
  });

  it("gets labels by the packages that are there", async () => {
    await using workspace = await createWorkspace({
      "spack/BUILD": "",
      "third_party/BUILD.bazel": "",
      "spack/größe/x": "",
    });
    await workspace.sync({ repositories: [sim, cuda] });
    const module = await workspace.read("MODULE.bazel");
    expect(module).toContain('lock = "//spack:sim/spack.lock"');
    expect(module).toContain(Buffer.from('lock = "//spack:größe/spack.lock"').toString("latin1"));
    expect(module).toContain('build_file = "//third_party:BUILD.spack_cuda"');
    expect(await ownFiles(workspace)).not.toContain("BUILD.bazel");
    // A package that comes in between takes the file over.
    await workspace.write({ "spack/sim/BUILD.bazel": "" });
    expect((await workspace.sync({ repositories: [sim, cuda] })).changed).toEqual(["MODULE.bazel"]);
    expect(await workspace.read("MODULE.bazel")).toContain('lock = "//spack/sim:spack.lock"');
  });
});
