import { describe, expect, it } from "vitest";
import catalogue from "../../../../extension/core/container/tools/catalogue.json" with { type: "json" };
import { planOf } from "../../../support/plans.ts";

const tool = async (yaml: string, name: string) =>
  (await planOf(yaml)).tools.find((candidate) => candidate.name === name);

describe("planTools", () => {
  it("has every tool at its default version", async () => {
    const { tools } = await planOf("");
    expect(Object.fromEntries(tools.map(({ name, version }) => [name, version]))).toMatchObject({
      python: expect.stringMatching(/^3\.13\.\d+$/),
      rust: "1.79.0",
      go: "1.21.5",
      bazel: "6.4.0",
      spack: "1.1.0 with packages v2025.11.0",
      uv: "0.13.0",
    });
  });

  it("takes a prefix as the newest known version below it", async () => {
    expect((await tool('tools: {go: "1.24"}', "go"))?.version).toMatch(/^1\.24\.\d+$/);
    expect(await tool('tools: {go: "1.2"}', "go").catch((error: unknown) => error)).toMatchObject({
      code: "SYG-CONFIG-CHECKSUM",
    });
  });

  it("switches tools off, and takes them from the distribution", async () => {
    expect(await tool("tools: {rust: off}", "rust")).toBeUndefined();
    expect(await tool("tools: {rust: false}", "rust")).toBeUndefined();
    expect(await tool("tools: {rust: distro}", "rust")).toMatchObject({
      from: "distro",
      packages: ["rustc", "cargo"],
      commands: [],
    });
    await expect(tool("tools: {uv: distro}", "uv")).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
      next: expect.stringContaining("from: index"),
    });
    await expect(tool("tools: {go: {from: index}}", "go")).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
    });
  });

  it("installs an unknown version when its checksums are given", async () => {
    const sum = "a".repeat(64);
    const made = await tool(`tools: {go: {version: "9.9.9", sha256: {amd64: ${sum}}}}`, "go");
    expect(made?.commands[0]).toContain(`go9.9.9.linux-amd64.tar.gz ${sum} '' ''`);
    await expect(tool('tools: {go: "9.9.9"}', "go")).rejects.toMatchObject({
      code: "SYG-CONFIG-CHECKSUM",
      message: expect.stringContaining("known are 1.21.5"),
    });
  });

  it("takes another Bazelisk, another package repository, and a site's own build of a known Python", async () => {
    const [one, two] = ["a".repeat(64), "b".repeat(64)];
    const pinned = `sha256: {amd64: ${one}, arm64: ${two}}`;
    const bazel = await tool(`tools: {bazel: {bazelisk: {version: "9.9.9", ${pinned}}}}`, "bazel");
    expect(bazel?.commands[0]).toContain(`bazelisk/releases/download/v9.9.9/bazelisk-linux-amd64 ${one} `);
    await expect(tool('tools: {bazel: {bazelisk: {version: "9.9.9"}}}', "bazel")).rejects.toMatchObject({
      code: "SYG-CONFIG-CHECKSUM",
      next: expect.stringContaining("tools.bazel.bazelisk.sha256"),
    });

    const commit = "c".repeat(40);
    const spack = await tool(`tools: {spack: {packages: {commit: ${commit}, sha256: ${two}}}}`, "spack");
    expect(spack?.commands[0]).toContain(`/spack/spack-packages/archive/${commit}.tar.gz ${two} `);
    expect(spack?.version).toBe("1.1.0 with packages cccccccccccc");

    const python = await tool(`tools: {python: {version: "3.13.15", ${pinned}}}`, "python");
    expect(python?.commands[0]).toMatch(new RegExp(`/cpython-3\\.13\\.15\\S+ ${one} \\S+ ${two}$`));
  });

  it("goes through mirrors", async () => {
    const { tools } = await planOf(
      "mirrors: {github: 'https://git.example/gh', go: 'https://go.example', rust: 'https://rust.example', bazel: 'https://bazel.example', node: 'https://node.example'}",
    );
    const commands = tools.flatMap((made) => made.commands).join("\n");
    expect(commands).not.toMatch(/https:\/\/(github\.com|go\.dev|static\.rust-lang\.org|nodejs\.org)/);
    expect(commands).toMatch(/https:\/\/git\.example\/gh\/astral-sh\/python-build-standalone/);
  });
});

describe("the catalogue", () => {
  it("has well-formed checksums for both architectures", () => {
    const sums = Object.entries(catalogue.releases).flatMap(([name, versions]) =>
      Object.entries(versions).flatMap(([version, { sha256 }]) => [
        [name, version, sha256.amd64],
        [name, version, sha256.arm64],
      ]),
    );
    for (const [name, version, sum] of sums) expect(sum, `${name} ${version}`).toMatch(/^[0-9a-f]{64}$/);
  });

  it("gives no two different downloads one checksum", () => {
    const { spack: _, ...releases } = catalogue.releases;
    const sums = Object.values(releases).flatMap((versions) =>
      Object.values(versions).flatMap(({ sha256 }) => Object.values(sha256)),
    );
    expect(new Set(sums).size).toBe(sums.length);
  });
});
