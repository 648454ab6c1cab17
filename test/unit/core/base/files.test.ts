import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTextIfExists, sha256, sha256File, writeAtomic } from "../../../../extension/core/base/files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("readTextIfExists (unit)", () => {
  test("gives the text, or undefined for what is not there", async () => {
    await writeFile(path.join(folder, "a"), "größe\n");
    expect(await readTextIfExists(path.join(folder, "a"))).toBe("größe\n");
    expect(await readTextIfExists(path.join(folder, "b"))).toBeUndefined();
    expect(await readTextIfExists(path.join(folder, "a", "below-a-file"))).toBeUndefined();
  });

  test("throws for a folder", async () => {
    await expect(readTextIfExists(folder)).rejects.toMatchObject({ code: "EISDIR" });
  });
});

describe("writeAtomic (unit)", () => {
  test("makes folders, replaces the whole, and leaves nothing beside it", async () => {
    const file = path.join(folder, "new", "deep", "file.txt");
    await writeAtomic(file, "a long first content");
    await writeAtomic(file, "short");
    expect(await readFile(file, "utf8")).toBe("short");
    expect(await readdir(path.dirname(file))).toEqual(["file.txt"]);
  });

  test("applies the mode whatever the umask", async () => {
    const file = path.join(folder, "script");
    const before = process.umask(0o077);
    try {
      await writeAtomic(file, new Uint8Array([1, 2]), 0o755);
    } finally {
      process.umask(before);
    }
    expect((await stat(file)).mode & 0o777).toBe(0o755);
  });

  test("a reader sees the old content or the new, never a part", async () => {
    const file = path.join(folder, "file");
    const contents = ["a", "b"].map((letter) => letter.repeat(200_000));
    await writeAtomic(file, String(contents[0]));
    let writing = true;
    const writer = (async () => {
      for (let round = 0; round < 20; round++) await writeAtomic(file, String(contents[round % 2]));
      writing = false;
    })();
    const seen = new Set<string>();
    while (writing) seen.add(await readFile(file, "utf8"));
    await writer;
    expect([...seen].every((text) => contents.includes(text))).toBe(true);
  });

  test("keeps the old content and cleans up when it fails", async () => {
    const file = path.join(folder, "taken");
    await mkdir(file);
    await writeFile(path.join(file, "inside"), "kept");
    await expect(writeAtomic(file, "new")).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["taken"]);
    expect(await readFile(path.join(file, "inside"), "utf8")).toBe("kept");
  });

  test("throws below a file", async () => {
    await writeFile(path.join(folder, "file"), "");
    await chmod(path.join(folder, "file"), 0o644);
    await expect(writeAtomic(path.join(folder, "file", "x"), "new")).rejects.toThrow();
  });
});

describe("sha256 (unit)", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  test("is that of FIPS 180 for text, bytes and files", async () => {
    const file = path.join(folder, "abc");
    await writeFile(file, "abc");
    expect(sha256("abc")).toBe(abc);
    expect(sha256(new TextEncoder().encode("abc"))).toBe(abc);
    expect(await sha256File(file)).toBe(abc);
  });

  test("of a file that is not there throws", async () => {
    await expect(sha256File(path.join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
