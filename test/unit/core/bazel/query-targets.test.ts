import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processRunner } from "../../../../extension/core/base/process.ts";
import { queryTargets } from "../../../../extension/core/bazel/query/query.ts";
import { parsePattern } from "../../../../extension/core/bazel/workspace/pattern.ts";
import { mountTranslation } from "../../../../extension/core/site/mounts.ts";
import type { Site } from "../../../../extension/core/site/site.ts";
import { inRepository } from "../../../support/paths.ts";

/** A workspace that the site knows by another path, and a program that says what Bazel 7.7.1 said there. */
describe("queryTargets (unit)", () => {
  let folder: string;
  let root: string;
  let inside: string;
  let site: Site;
  const environment = { HOME: "/home/me" };

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "sygaldry-test-")));
    [root, inside] = [path.join(folder, "outside"), path.join(folder, "inside")];
    for (const place of [root, inside]) await mkdir(place);
    site = {
      kind: "container",
      paths: await mountTranslation([{ source: root, target: inside }]),
      run: (command, options) => processRunner.run(command, options),
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const bazel = async (exitCode: number, stdout: string, stderr: string) => {
    const program = path.join(folder, "bazel");
    const say = (name: string) =>
      `sed "s|/workspace|$PWD|g" ${inRepository("test/fixtures/bazel/query", name)}`;
    const script = [stdout && say(stdout), stderr && `${say(stderr)} >&2`, `exit ${exitCode}`];
    await writeFile(program, `#!/bin/sh\n${script.filter(Boolean).join("\n")}\n`);
    await chmod(program, 0o755);
    return { program, version: { text: "7.7.1", number: [7, 7] as const }, wanted: undefined };
  };
  const ask = async (program: Awaited<ReturnType<typeof bazel>>, pattern = "//...", signal?: AbortSignal) =>
    queryTargets(site, program, root, parsePattern(pattern, ""), { environment, ...(signal && { signal }) });

  it("has places below the root, as this side knows it", async () => {
    const { rules, problems, complete } = await ask(await bazel(3, "partial.jsonl", "partial.stderr"));
    expect(complete).toBe(false);
    expect(rules.find(({ name }) => name === "unié")?.at).toEqual({
      file: "BUILD.bazel",
      line: 5,
      column: 10,
    });
    expect(problems.map(({ file }) => file)).toEqual([
      ...[undefined, "broken/BUILD", "fails/BUILD", "unknown/BUILD"],
    ]);
  });

  it("fails as Bazel does", async () => {
    const refused = await bazel(2, "", "syntax.stderr");
    await expect(ask(refused)).rejects.toMatchObject({
      code: "SYG-BAZEL",
      message: expect.stringMatching(/query exited with 2\nERROR: Error while parsing/),
    });
  });

  it.each(["no-package", "no-target"])("names what Bazel does not know: %s", async (sample) => {
    const unknown = await bazel(3, "", `${sample}.stderr`);
    await expect(ask(unknown, "//lib:x")).rejects.toMatchObject({
      code: "SYG-BAZEL-TARGET",
      message: expect.stringMatching(/^no such (package|target)/),
    });
  });

  it("is not asked when it is cancelled already", async () => {
    const program = await bazel(0, "", "");
    await expect(ask(program, "//...", AbortSignal.abort())).rejects.toMatchObject({ code: "SYG-CANCELLED" });
  });
});
