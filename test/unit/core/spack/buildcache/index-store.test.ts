import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../../../../../extension/core/base/files.ts";
import { indexStore } from "../../../../../extension/core/spack/buildcache/index-store.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry größe-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("indexStore (unit)", () => {
  test("gives back what was put in, in another run too, and nothing for another checksum", async () => {
    const hashes = new Set(["a", "b"]);
    await indexStore(folder).put(sha256("x"), hashes);
    await indexStore(folder).put(sha256("empty"), new Set());
    expect(await indexStore(folder).get(sha256("x"))).toEqual(hashes);
    expect(await indexStore(folder).get(sha256("empty"))).toEqual(new Set());
    expect(await indexStore(folder).get(sha256("y"))).toBeUndefined();
    expect(await indexStore().get(sha256("x"))).toBeUndefined();
  });

  test("takes no name of a file for a checksum, nor a file that is cut off", async () => {
    const store = indexStore(folder);
    await store.put("../../escape", new Set(["a"]));
    expect(await readdir(folder)).toEqual([]);
    expect(await store.get("../../escape")).toEqual(new Set(["a"]));
    await writeFile(path.join(folder, `${sha256("x")}.txt`), "a\nb\n");
    expect(await indexStore(folder).get(sha256("x"))).toBeUndefined();
  });

  test("keeps the latest sixteen, and what is not its own", async () => {
    const store = indexStore(folder);
    await writeFile(path.join(folder, "notes.txt"), "");
    for (let n = 0; n < 20; n++) {
      await store.put(sha256(`${n}`), new Set(["a"]));
      const time = 1_000_000 + n;
      await utimes(path.join(folder, `${sha256(`${n}`)}.txt`), time, time).catch(() => {});
    }
    const names = await readdir(folder);
    expect(names).toContain("notes.txt");
    expect(names).toHaveLength(17);
    expect(names).toContain(`${sha256("19")}.txt`);
    expect(names).not.toContain(`${sha256("0")}.txt`);
  });

  test("does without a folder that cannot be written", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    const store = indexStore(path.join(file, "below"));
    await store.put(sha256("x"), new Set(["a"]));
    expect(await store.get(sha256("x"))).toEqual(new Set(["a"]));
  });
});
