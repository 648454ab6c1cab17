import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readChain } from "../../../../extension/core/project/extends.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-extends-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);

async function chain(files: Readonly<Record<string, string>>, first = "sygaldry.yaml") {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
  }
  return readChain(at(first));
}

describe("readChain (unit)", () => {
  test("reads bases first, each path relative to the file that names it", async () => {
    const sources = await chain({
      "sygaldry.yaml": "extends: base/gpu.yaml\n",
      "base/gpu.yaml": "extends: ../common.yaml\n",
      "common.yaml": "network: host\n",
    });
    expect(sources.map((source) => source.file)).toEqual([
      at("common.yaml"),
      at("base/gpu.yaml"),
      at("sygaldry.yaml"),
    ]);
  });

  test("takes an empty or null `extends` key that is null for none", async () => {
    expect(await chain({ "sygaldry.yaml": "extends:\nnetwork: host\n" })).toHaveLength(1);
    expect(await chain({ "sygaldry.yaml": "" })).toHaveLength(1);
  });

  test("a first file that is not there is SYG-CONFIG-MISSING", async () => {
    await expect(readChain(at("none.yaml"))).rejects.toMatchObject({
      code: "SYG-CONFIG-MISSING",
      message: `${at("none.yaml")} does not exist`,
      next: expect.stringContaining("sygaldry init"),
    });
  });

  test("a base that is not there names the line that asks for it", async () => {
    await expect(chain({ "sygaldry.yaml": "network: host\nextends: none.yaml\n" })).rejects.toMatchObject({
      code: "SYG-CONFIG-EXTENDS",
      message: `${at("sygaldry.yaml")}:2:10: extends ${at("none.yaml")}, which does not exist`,
    });
  });

  test("a base that is a folder", async () => {
    await mkdir(at("base.yaml"));
    await expect(chain({ "sygaldry.yaml": "extends: base.yaml\n" })).rejects.toMatchObject({
      code: "SYG-CONFIG-EXTENDS",
      message: expect.stringMatching(
        /sygaldry\.yaml:1:10: extends .*base\.yaml, which cannot be read: EISDIR/,
      ),
    });
    await expect(readChain(at("base.yaml"))).rejects.toMatchObject({ code: "SYG-CONFIG-INVALID" });
  });

  test.each([
    ["itself", { "sygaldry.yaml": "extends: sygaldry.yaml\n" }, ["sygaldry.yaml", "sygaldry.yaml"]],
    [
      "each other",
      {
        "sygaldry.yaml": "extends: a.yaml\n",
        "a.yaml": "extends: ./b.yaml\n",
        "b.yaml": "extends: x/../a.yaml\n",
      },
      ["sygaldry.yaml", "a.yaml", "b.yaml", "a.yaml"],
    ],
  ])("files that extend %s", async (_, files, circle) => {
    await expect(chain(files)).rejects.toMatchObject({
      code: "SYG-CONFIG-EXTENDS",
      message: expect.stringContaining(`extends goes in a circle: ${circle.map(at).join(" → ")}`),
    });
  });

  test("a circle through a link ends too", async () => {
    await symlink("sygaldry.yaml", at("link.yaml"));
    await expect(chain({ "sygaldry.yaml": "extends: link.yaml\n" })).rejects.toMatchObject({
      code: "SYG-CONFIG-EXTENDS",
    });
  });

  test.each(["3", "[a.yaml, b.yaml]", "''", "{file: a.yaml}", "true"])(
    "extends: %s is refused",
    async (value) => {
      await expect(chain({ "sygaldry.yaml": `extends: ${value}\n` })).rejects.toMatchObject({
        code: "SYG-CONFIG-INVALID",
        message: `${at("sygaldry.yaml")}:1:10: extends: expected the path of one file`,
      });
    },
  );
});
