import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../../../extension/core/base/files.ts";
import { compareFiles } from "../../../../../extension/core/base/rendered/compare.ts";
import { writeRendered } from "../../../../../extension/core/container/render/apply.ts";
import { manifestOf, readManifest } from "../../../../../extension/core/container/render/manifest.ts";

const rendered = { path: ".devcontainer/a", content: "a\n", executable: false };

describe("readManifest (unit)", () => {
  let root: string;
  const write = (text: string) => writeFile(path.join(root, ".devcontainer/.sygaldry.json"), text);

  beforeEach(async () => {
    root = path.join(await mkdtemp(path.join(tmpdir(), "sygaldry-manifest-")), "repo");
    await mkdir(path.join(root, ".devcontainer"), { recursive: true });
  });

  afterEach(() => rm(path.dirname(root), { recursive: true }));

  it("takes what is no manifest for none, so that --force can replace what lies there", async () => {
    for (const text of ["garbage", "[]", '{"version": 2, "files": {}}', '{"version": 1}']) {
      await write(text);
      expect(await readManifest(root), text).toBeUndefined();
    }
    await writeFile(path.join(root, rendered.path), "mine\n");
    const statuses = await compareFiles(root, [rendered], (await readManifest(root))?.files ?? {});
    const manifest = manifestOf([rendered], "host", false);
    await expect(writeRendered(root, statuses, manifest, { force: false })).rejects.toMatchObject({
      code: "SYG-RENDER-EDITED",
    });
    await writeRendered(root, statuses, manifest, { force: true });
    expect(await readFile(path.join(root, `${rendered.path}.before-sygaldry`), "utf8")).toBe("mine\n");
    expect(await readManifest(root)).toEqual(manifest);
  });

  it("never removes a file outside the repository that a manifest calls obsolete", async () => {
    const outside = path.join(root, "../precious");
    await writeFile(outside, "precious\n");
    const files = Object.fromEntries(
      ["../precious", ".devcontainer/../../precious", outside].map((name) => [name, sha256("precious\n")]),
    );
    await write(JSON.stringify({ ...manifestOf([rendered], "host", false), files }));
    const manifest = await readManifest(root);
    expect(manifest?.files).toEqual({});
    const statuses = await compareFiles(root, [rendered], manifest?.files ?? {});
    expect(statuses.map(({ state }) => state)).toEqual(["missing"]);
  });
});
