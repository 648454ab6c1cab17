import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SygaldryError } from "../../../../extension/core/base/errors.ts";
import { loadConfig } from "../../../../extension/core/project/config.ts";
import type { Environment } from "../../../../extension/core/project/overrides.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-problems-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The error's lines, with the folder taken off. */
async function problems(text: string, environment: Environment = {}, base?: string): Promise<string[]> {
  await writeFile(path.join(folder, "sygaldry.yaml"), text);
  if (base !== undefined) await writeFile(path.join(folder, "base.yaml"), base);
  const error = await loadConfig({ cwd: folder, environment }).catch((thrown: unknown) => thrown);
  if (!(error instanceof SygaldryError)) throw new Error("it was taken");
  expect(error.code).toBe("SYG-CONFIG-INVALID");
  expect(error.next).not.toBe(undefined);
  return error.message.split("\n").map((line) => line.replaceAll(`${folder}/`, ""));
}

const idHelp =
  "expected lower-case letters, digits, '.', '_' and '-', starting with a letter or digit, at most 63 characters";

describe("unknown keys (unit)", () => {
  test.each([
    ["netwrok: host\n", 'sygaldry.yaml:1:1: netwrok: unknown key; did you mean "network"?'],
    ["Network: host\n", 'sygaldry.yaml:1:1: Network: unknown key; did you mean "network"?'],
    ["tools:\n  pyhton: '3.13'\n", 'sygaldry.yaml:2:3: tools.pyhton: unknown key; did you mean "python"?'],
    [
      "tools: {go: {versoin: '1'}}\n",
      'sygaldry.yaml:1:14: tools.go.versoin: unknown key; did you mean "version"?',
    ],
    ["gpu:\n  mod: on\n", 'sygaldry.yaml:2:3: gpu.mod: unknown key; did you mean "mode"?'],
    [
      "project:\r\n  id: a\r\n\r\n  ib: b\r\n",
      'sygaldry.yaml:4:3: project.ib: unknown key; did you mean "id"?',
    ],
    ["secrets: {A: {evn: B}}\n", 'sygaldry.yaml:1:15: secrets.A.evn: unknown key; did you mean "env"?'],
    [
      "{locale: 'Ä', zz: 1}\n",
      /sygaldry\.yaml:1:15: zz: unknown key; expected one of \$schema, extends, project, /,
    ],
    ["user: {xyzzy: 1}\n", "sygaldry.yaml:1:8: user.xyzzy: unknown key; expected one of name, sudo"],
    ["constructor: 1\n", /^sygaldry\.yaml:1:1: constructor: unknown key; /],
    ["image: {toString: 1}\n", /^sygaldry\.yaml:1:9: image\.toString: unknown key; /],
    ["8080: x\n", /^sygaldry\.yaml:1:1: 8080: unknown key; /],
  ])("%j", async (text, expected) => {
    const lines = await problems(text);
    expect(
      lines.some((line) => (typeof expected === "string" ? line === expected : expected.test(line))),
    ).toBe(true);
  });

  test.each([
    "__proto__: {network: host}",
    "env:\n  __proto__: x",
    "vscode:\n  settings:\n    __proto__: {a: 1}",
    "gpu: {__proto__: {mode: on}}",
  ])("__proto__ anywhere: %j", async (text) => {
    expect(await problems(text)).toEqual([
      expect.stringMatching(/^sygaldry\.yaml:\d:\d: .*__proto__: no key may have this name$/),
    ]);
  });
});

describe("wrong values (unit)", () => {
  test.each<[string, string]>([
    ["storage: 5", "sygaldry.yaml:1:10: storage: expected a mapping, found a number"],
    ["mounts: yes", "sygaldry.yaml:1:9: mounts: expected a list, found text"],
    ["user: {sudo: maybe}", "sygaldry.yaml:1:14: user.sudo: expected true or false, found text"],
    ["user: {name: root}", "sygaldry.yaml:1:14: user.name: expected another name than root"],
    [
      "tools: {go: {version: 1.21}}",
      "sygaldry.yaml:1:23: tools.go.version: expected text, found a number (put it in quotes)",
    ],
    [
      "tools:\n  python: 3.13",
      'sygaldry.yaml:2:11: tools.python: expected a version in quotes ("3.13"), distro, official, off, or a mapping with version, from, sha256',
    ],
    ["gpu: sometimes", "sygaldry.yaml:1:6: gpu: expected auto, on, off, or a mapping with mode and devices"],
    ["project: {id: ../evil}", `sygaldry.yaml:1:15: project.id: ${idHelp}`],
    ["project: {id: a/b}", `sygaldry.yaml:1:15: project.id: ${idHelp}`],
    ['project: {id: "a\\\\b"}', `sygaldry.yaml:1:15: project.id: ${idHelp}`],
    ["project: {id: ..}", `sygaldry.yaml:1:15: project.id: ${idHelp}`],
    ["project: {id: ''}", `sygaldry.yaml:1:15: project.id: ${idHelp}`],
    [
      "env: {A-B: x}",
      "sygaldry.yaml:1:7: env.A-B: expected the name of a variable: letters, digits and '_', no digit first",
    ],
    ['env: {A: "x\\ny"}', "sygaldry.yaml:1:10: env.A: expected text on one line, without control characters"],
    [
      "secrets: {A: {env: B, file: c}}",
      "sygaldry.yaml:1:14: secrets.A: expected exactly one of env and file",
    ],
    ["secrets: {A: {}}", "sygaldry.yaml:1:14: secrets.A: expected exactly one of env and file"],
    [
      "apt:\n  packages:\n    - ok\n    - 'a;b'",
      "sygaldry.yaml:4:7: apt.packages.1: expected a Debian package name (name or name=version)",
    ],
    [
      "mounts: [{source: /a, target: b}]",
      "sygaldry.yaml:1:31: mounts.0.target: expected an absolute path below / without '.' and '..', and without ':', ',' and '\"' (the engine's mount syntax gives them a meaning)",
    ],
    ["mounts: [{source: /a}]", "sygaldry.yaml:1:10: mounts.0.target: missing; expected text"],
    [
      "mounts: ['/a']",
      'sygaldry.yaml:1:10: mounts.0: expected "source:/target", "source:/target:rw" or a mapping with source, target, readonly',
    ],
    [
      "ports: ['127.0.0.1:80']",
      'sygaldry.yaml:1:9: ports.0: expected a port (8888) or a published one ("127.0.0.1:8080:80")',
    ],
    ["ports: [99999]", "sygaldry.yaml:1:9: ports.0: expected a number <=65535"],
    ["resources: {pids: 1.5}", "sygaldry.yaml:1:19: resources.pids: expected a whole number, found a number"],
    [
      "mirrors: {python: 'https://user:secret@example.org/simple'}",
      "sygaldry.yaml:1:19: mirrors.python: expected an http:// or https:// URL without credentials (those belong in a build secret named NETRC)",
    ],
  ])("%j", async (text, expected) => {
    expect(await problems(text)).toEqual([expected]);
  });

  test.each(["- a list\n", "text\n", "42\n"])("a file that is no mapping: %j", async (text) => {
    expect(await problems(text)).toEqual(["sygaldry.yaml:1:1: expected a mapping of settings"]);
  });

  test("all of them, in the order of the file", async () => {
    expect(await problems("mounts: 1\nports: {a: 1}\nuser: 3\nzz: 1\n")).toEqual([
      "sygaldry.yaml:1:9: mounts: expected a list, found a number",
      "sygaldry.yaml:2:8: ports: expected a list, found a mapping",
      "sygaldry.yaml:3:7: user: expected a mapping, found a number",
      expect.stringMatching(/^sygaldry\.yaml:4:1: zz: unknown key/),
    ]);
  });

  test("data has them for programs", async () => {
    await writeFile(path.join(folder, "sygaldry.yaml"), "user: 3\n");
    await expect(loadConfig({ cwd: folder })).rejects.toMatchObject({
      data: {
        problems: [
          {
            place: `${path.join(folder, "sygaldry.yaml")}:1:7`,
            key: "user",
            message: "expected a mapping, found a number",
          },
        ],
      },
    });
  });
});

describe("where a wrong value comes from (unit)", () => {
  test("the environment", async () => {
    expect(await problems("tools: {bazel: distro}\n", { BAZEL_VERSION: "latest!" })).toEqual([
      expect.stringMatching(/^environment BAZEL_VERSION: tools\.bazel\.version: expected a version/),
    ]);
    expect(await problems("project: {id: fine}\n", { SYGALDRY_PROJECT_ID: "a/b" })).toEqual([
      `environment SYGALDRY_PROJECT_ID: project.id: ${idHelp}`,
    ]);
  });

  test("is not covered up by the environment", async () => {
    expect(await problems("storage: 5\n", { SYGALDRY_CONTAINER_ROOT: "/x" })).toEqual([
      "sygaldry.yaml:1:10: storage: expected a mapping, found a number",
    ]);
  });

  test("the base, also of an item of a joined list", async () => {
    expect(await problems("extends: base.yaml\n", {}, "\nuser: 3\n")).toEqual([
      "base.yaml:2:7: user: expected a mapping, found a number",
    ]);
    const packages = "apt:\n  packages:\n    - BAD\n";
    expect(await problems(`extends: base.yaml\napt:\n  packages: [fine, fine]\n`, {}, packages)).toEqual([
      expect.stringMatching(/^base\.yaml:3:7: apt\.packages\.0: /),
    ]);
    expect(
      await problems(
        `extends: base.yaml\napt:\n  packages: [fine, "W r"]\n`,
        {},
        "apt: {packages: [aa, bb, cc]}\n",
      ),
    ).toEqual([expect.stringMatching(/^sygaldry\.yaml:3:20: apt\.packages\.4: /)]);
  });

  test("a mapping of which the base gave part", async () => {
    expect(await problems("extends: base.yaml\nproject:\n  idd: x\n", {}, "project:\n  id: A\n")).toEqual([
      expect.stringMatching(/^base\.yaml:2:7: project\.id: /),
      'sygaldry.yaml:3:3: project.idd: unknown key; did you mean "id"?',
    ]);
  });
});
