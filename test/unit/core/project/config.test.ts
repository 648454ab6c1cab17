import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LoadOptions, loadConfig } from "../../../../extension/core/project/config.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-config-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);

async function load(
  text: string,
  options: Partial<LoadOptions> = {},
  more: Readonly<Record<string, string>> = {},
) {
  for (const [name, content] of Object.entries({ "sygaldry.yaml": text, ...more }))
    await writeFile(at(name), content);
  return loadConfig({ cwd: folder, ...options });
}

describe("loadConfig (unit)", () => {
  test("an empty file gives the defaults", async () => {
    const { config, root, file, files } = await load("");
    expect({ root, file, files }).toEqual({
      root: folder,
      file: at("sygaldry.yaml"),
      files: [at("sygaldry.yaml")],
    });
    expect(config).toMatchObject({
      project: {},
      user: { name: "kvothe", sudo: true },
      workspace: "/workspace",
      gpu: "auto",
      network: "bridge",
      mounts: [],
      devcontainer: { mode: "host" },
    });
  });

  test("sections that are empty count as not given", async () => {
    expect((await load("project:\nstorage:\n  mounts:\ntools:\nmounts:\n")).config.mounts).toEqual([]);
  });

  test("finds the file above, or takes the one named", async () => {
    await mkdir(at("deep/er"), { recursive: true });
    expect((await load("network: none\n", { cwd: at("deep/er") })).root).toBe(folder);
    const named = await load(
      "",
      { cwd: at("deep"), file: "../other.yaml" },
      { "other.yaml": "network: none\n" },
    );
    expect(named.file).toBe(at("other.yaml"));
    expect(named.config.network).toBe("none");
  });

  test("a folder without one is SYG-CONFIG-MISSING", async () => {
    await expect(loadConfig({ cwd: folder })).rejects.toMatchObject({ code: "SYG-CONFIG-MISSING" });
    await expect(loadConfig({ cwd: folder, file: "none.yaml" })).rejects.toMatchObject({
      code: "SYG-CONFIG-MISSING",
    });
  });

  test("flag over environment over file over base over default", async () => {
    const text = "extends: base.yaml\nimage: {name: file}\nnetwork: none\n";
    const base = {
      "base.yaml": "image: {name: base}\nproject: {id: base}\nnetwork: host\nlocale: de_DE.UTF-8\n",
    };
    const { config } = await load(
      text,
      {
        environment: { SYGALDRY_IMAGE: "environment", SYGALDRY_PROJECT_ID: "environment" },
        flags: { image: "flag" },
      },
      base,
    );
    expect(config).toMatchObject({
      image: { name: "flag" },
      project: { id: "environment" },
      network: "none",
      locale: "de_DE.UTF-8",
      timezone: "Etc/UTC",
    });
  });

  test("joins the lists that are documented to join, and null takes a base's setting away", async () => {
    const { config } = await load(
      "extends: base.yaml\napt: {packages: [jq, git-lfs]}\nports: [9000]\nlocale: null\nlifecycle: {postStart: [b]}\n",
      {},
      {
        "base.yaml":
          "apt: {packages: [vim, jq]}\nports: [8888]\nlocale: de_DE.UTF-8\nlifecycle: {postStart: [a]}\n",
      },
    );
    expect(config.apt.packages).toEqual(["vim", "jq", "git-lfs"]);
    expect(config.ports).toEqual([8888, 9000]);
    expect(config.locale).toBe("C.UTF-8");
    expect(config.lifecycle.postStart).toEqual(["b"]);
  });

  test.each([
    ["bazel: '7.0.0'", { version: "8.0.0" }],
    ["bazel: distro", { from: "distro", version: "8.0.0" }],
    ["bazel: {from: official}", { from: "official", version: "8.0.0" }],
    ["rust: '1.80'", { version: "8.0.0" }],
    ["bazel: off", "off"],
    ["bazel: false", false],
  ])("BAZEL_VERSION over `%s`", async (tools, expected) => {
    const { config } = await load(`tools: {${tools}}\n`, { environment: { BAZEL_VERSION: "8.0.0" } });
    expect(config.tools.bazel).toEqual(expected);
  });

  test.each([
    ["auto", { mode: "off", devices: "all" }],
    ["true", { mode: "off", devices: "all" }],
    ["{mode: on, devices: 2}", { mode: "off", devices: 2 }],
  ])("SYGALDRY_GPU over `gpu: %s`", async (setting, expected) => {
    expect((await load(`gpu: ${setting}\n`, { environment: { SYGALDRY_GPU: "0" } })).config.gpu).toEqual(
      expected,
    );
  });
});

describe("the origin of a value (unit)", () => {
  const base = {
    "base.yaml":
      "apt:\n  packages: [vim]\ngpu: {mode: on, devices: 2}\ntools:\n  python: distro\nlocale: C\n",
  };

  test("names the file and place, the variable, the flag, or default", async () => {
    const loaded = await load(
      "extends: base.yaml\nproject:\n  id: here\ntools:\n  bazel: distro\n",
      { environment: { BAZEL_VERSION: "8.0.0" }, flags: { image: "x" } },
      base,
    );
    const text = (...keys: (string | number)[]) => loaded.origin(keys).text;
    expect(text("project", "id")).toBe(`${at("sygaldry.yaml")}:3:3`);
    expect(text("gpu", "devices")).toBe(`${at("base.yaml")}:3:17`);
    expect(text("tools", "python")).toBe(`${at("base.yaml")}:5:3`);
    expect(text("tools", "bazel", "version")).toBe("environment BAZEL_VERSION");
    expect(text("tools", "bazel", "from")).toBe(`${at("sygaldry.yaml")}:5:3`);
    expect(text("image", "name")).toBe("flag --image");
    expect(text("user", "name")).toBe("default");
    expect(text("tools", "rust")).toBe("default");
    expect(loaded.origin(["project", "id"])).toMatchObject({
      kind: "file",
      position: { line: 3, column: 3 },
    });
  });

  test("of a joined list names all that gave to it, and of an item the one that did", async () => {
    const loaded = await load("extends: base.yaml\napt:\n  packages:\n    - vim\n    - jq\n", {}, base);
    expect(loaded.origin(["apt", "packages"]).text).toBe(
      `${at("base.yaml")}:2:3, ${at("sygaldry.yaml")}:3:3`,
    );
    expect(loaded.origin(["apt", "packages", 0]).text).toBe(`${at("base.yaml")}:2:14`);
    expect(loaded.origin(["apt", "packages", 1]).text).toBe(`${at("sygaldry.yaml")}:5:7`);
  });

  test("of what a value replaced as a whole, nothing is left", async () => {
    const loaded = await load("extends: base.yaml\ngpu: auto\nlocale: null\n", {}, base);
    expect(loaded.origin(["gpu"]).text).toBe(`${at("sygaldry.yaml")}:2:1`);
    expect(loaded.origin(["gpu", "devices"]).text).toBe("default");
    expect(loaded.origin(["locale"]).text).toBe(`${at("sygaldry.yaml")}:3:1`);
  });

  test("of what a mapping leaves out is the default", async () => {
    const loaded = await load("secrets:\n  TOKEN:\n    env: TOKEN\nmounts:\n  - {source: /a, target: /b}\n");
    expect(loaded.origin(["secrets", "TOKEN", "as"]).text).toBe("default");
    expect(loaded.origin(["mounts", 0, "source"]).text).toBe(`${at("sygaldry.yaml")}:5:5`);
  });
});
