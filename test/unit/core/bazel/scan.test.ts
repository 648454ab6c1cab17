import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processRunner } from "../../../../extension/core/base/process.ts";
import { findWorkspaceRoot } from "../../../../extension/core/bazel/workspace/find-root.ts";
import { parsePattern } from "../../../../extension/core/bazel/workspace/pattern.ts";
import { findBazel } from "../../../../extension/core/bazel/workspace/program.ts";
import { type ScanOptions, scanWorkspace } from "../../../../extension/core/bazel/workspace/scan.ts";
import { selectTargets } from "../../../../extension/core/bazel/workspace/select.ts";
import { hereSite } from "../../../../extension/core/site/here.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sygaldry-test-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
}

const files = async (options: ScanOptions = {}) =>
  (await scanWorkspace(root, options)).packages.map(({ file }) => file);

describe("scanWorkspace (unit)", () => {
  it("finds the packages that Bazel would", async () => {
    await write({
      "BUILD.bazel": "",
      BUILD: "",
      "a/BUILD": "",
      "a-b/BUILD": "",
      "a/b/c/BUILD.bazel": "",
      "folder/BUILD/x": "",
      "node_modules/m/BUILD": "",
      ".git/BUILD": "",
      ".hidden/BUILD": "",
      "größe/BUILD": "",
    });
    expect(await files()).toEqual([
      ...["BUILD.bazel", ".hidden/BUILD", "a/BUILD", "a-b/BUILD", "a/b/c/BUILD.bazel", "größe/BUILD"],
      "node_modules/m/BUILD",
    ]);
    expect(await files({ folder: "a" })).toEqual(["a/BUILD", "a/b/c/BUILD.bazel"]);
    expect(await files({ folder: "a", single: true })).toEqual(["a/BUILD"]);
    expect(await files({ folder: "nowhere" })).toEqual([]);
  });

  it("leaves out what the repository ignores", async () => {
    await write({
      ".bazelignore": "# ours\nthird/party/\n\n./out\n",
      "REPO.bazel": 'repo()\nignore_directories(["**/gen", "vendor/*/x"])\n',
      "third/party/a/BUILD": "",
      "third/partying/BUILD": "",
      "out/BUILD": "",
      "gen/BUILD": "",
      "a/b/gen/c/BUILD": "",
      "a/generated/BUILD": "",
      "vendor/one/x/BUILD": "",
      "vendor/one/y/BUILD": "",
    });
    expect(await files()).toEqual(["a/generated/BUILD", "third/partying/BUILD", "vendor/one/y/BUILD"]);
  });

  it("follows links, but in no circle and not into Bazel's output", async () => {
    await write({ "a/BUILD": "", "outside/BUILD": "", "bazel-tools/BUILD": "" });
    await symlink("..", path.join(root, "a/up"));
    await symlink("a", path.join(root, "linked"));
    await symlink("outside", path.join(root, "bazel-out"));
    await symlink("nowhere", path.join(root, "dangling"));
    const output = await mkdtemp(path.join(tmpdir(), "sygaldry-test-"));
    await mkdir(path.join(output, "execroot/_main"), { recursive: true });
    await writeFile(path.join(output, "execroot/_main/BUILD"), "");
    await symlink(path.join(output, "execroot/_main"), path.join(root, "other-out"));
    expect(await files()).toEqual(["a/BUILD", "bazel-tools/BUILD", "linked/BUILD", "outside/BUILD"]);
    await rm(output, { recursive: true });
  });

  it("reports a file that is broken or cannot be read, and goes on", async () => {
    await write({ "a/BUILD": 'filegroup(name = "x"', "b/BUILD": "" });
    await rm(path.join(root, "b/BUILD"));
    await mkdir(path.join(root, "c"));
    await symlink("BUILD", path.join(root, "c/BUILD"));
    const { packages } = await scanWorkspace(root);
    expect(packages.map(({ label, problems }) => [label, problems])).toEqual([
      ["//a", [{ message: "'(' is never closed", line: 1, column: 10 }]],
    ]);
  });

  it("stops when it is cancelled", async () => {
    await write({ "a/BUILD": "" });
    const signal = AbortSignal.abort();
    await expect(scanWorkspace(root, { signal })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("gives what is meant of it", async () => {
    await write({
      "a/BUILD": 'cc_library(name = "x")\ncc_test(name = "t")\n',
      "b/BUILD": 'cc_binary(name = "y")\n',
      "c/BUILD": "[x(name = n) for n in N]\n",
    });
    const workspace = await scanWorkspace(root);
    const chosen = (pattern: string, ...kinds: readonly string[]) =>
      selectTargets(workspace, parsePattern(pattern, ""), kinds).packages.map(({ label, targets }) =>
        [label, ...targets.map(({ name }) => name)].join(" "),
      );
    expect(chosen("//...")).toEqual(["//a x t", "//b y", "//c"]);
    expect(chosen("//a:all")).toEqual(["//a x t"]);
    expect(chosen("//a:t")).toEqual(["//a t"]);
    expect(chosen("//...", "cc_library", "*_binary")).toEqual(["//a x", "//b y", "//c"]);
    expect(chosen("//...", "cc")).toEqual(["//c"]);
  });
});

describe("findWorkspaceRoot (unit)", () => {
  it.each(["MODULE.bazel", "REPO.bazel", "WORKSPACE", "WORKSPACE.bazel"])("takes a %s", async (name) => {
    await write({ [`w/${name}`]: "", "w/a/b/BUILD": "", "MODULE.bazel": "" });
    const found = await findWorkspaceRoot(path.join(root, "w/a/b"));
    expect(found).toEqual({ root: path.join(root, "w"), files: [name] });
  });

  it("says that there is none", async () => {
    await mkdir(path.join(root, "WORKSPACE"));
    await expect(findWorkspaceRoot(root)).rejects.toMatchObject({ code: "SYG-BAZEL-WORKSPACE" });
  });
});

describe("findBazel (unit)", () => {
  const find = (folder = root) => findBazel(hereSite("local", processRunner, { PATH: folder }), root);
  const program = async (name: string, script: string) => {
    await write({ [name]: `#!/bin/sh\n${script}\n` });
    await chmod(path.join(root, name), 0o755);
  };

  it("says that none is installed", async () => {
    await withPath("/nowhere", async () => {
      await expect(find()).rejects.toMatchObject({ code: "SYG-TOOL-MISSING" });
    });
  });

  it("takes Bazelisk, and what .bazelversion asks for", async () => {
    await program("bazelisk", "echo bazel 7.7.1");
    await write({ ".bazelversion": "8.1.0\n# why\n" });
    await withPath(root, async () => {
      expect(await find()).toEqual({
        ...{ program: "bazelisk", wanted: "8.1.0", version: { text: "7.7.1", number: [7, 7] } },
      });
    });
  });

  it.each([
    ["too old", "echo bazel 5.4.1", "SYG-BAZEL-VERSION", "Bazel 5.4.1, which is too old"],
    ["too new", "echo bazel 10.0.0", "SYG-BAZEL-VERSION", "Bazel 10.0.0, which is too new"],
    ["broken", "echo no such version >&2; exit 1", "SYG-BAZEL", "exited with 1\nno such version"],
    ["no Bazel", "echo GNU hello", "SYG-BAZEL", "GNU hello"],
  ])("says that it is %s", async (_, script, code, message) => {
    await program("bazel", script);
    await withPath(root, async () => {
      await expect(find()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    });
  });

  /** The program is looked for on the PATH of this process. */
  const withPath = async (value: string, run: () => Promise<void>) => {
    const before = process.env["PATH"];
    process.env["PATH"] = value;
    try {
      await run();
    } finally {
      process.env["PATH"] = before;
    }
  };
});
