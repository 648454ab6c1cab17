import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LoadOptions, loadConfig } from "../../../../extension/core/project/config.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-memo-"));
  await write("base.yaml", "network: none\napt:\n  packages: [git]\n");
  await write("sygaldry.yaml", "extends: base.yaml\nproject:\n  id: memo\napt:\n  packages: [gcc]\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const memos = () => at("cache/sygaldry/config");
const write = (name: string, text: string) => writeFile(at(name), text);

function load(options: Partial<LoadOptions> = {}) {
  return loadConfig({ cwd: folder, environment: { XDG_CACHE_HOME: at("cache") }, ...options });
}

/** The one memo there is, as text. */
async function memo(): Promise<string> {
  const [name = "none", ...more] = await readdir(memos());
  expect(more).toEqual([]);
  return path.join(memos(), name);
}

/** Makes the memo tell another network, so that what comes from it can be told from what was read. */
async function mark(): Promise<void> {
  const file = await memo();
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace('"network":"none"', '"network":"host"'));
}

describe("the memo of a configuration (unit)", () => {
  test("gives what reading gives, with all origins", async () => {
    const read = await load();
    const [before, remembered] = [await readFile(await memo(), "utf8"), await load()];
    expect(await readFile(await memo(), "utf8")).toBe(before);
    expect({ ...remembered, origin: 0 }).toEqual({ ...read, origin: 0 });
    for (const key of ["network", "project.id", "apt.packages", "apt.packages.1", "user.name"])
      expect(remembered.origin(key.split("."))).toEqual(read.origin(key.split(".")));
  });

  test("is taken while nothing has changed", async () => {
    await load();
    await mark();
    expect((await load()).config.network).toBe("host");
  });

  test.each<[string, () => Promise<unknown>, Partial<LoadOptions>]>([
    ["the file", () => write("sygaldry.yaml", "extends: base.yaml\n"), {}],
    ["what it extends", () => write("base.yaml", "network: none\n"), {}],
    ["a flag", async () => {}, { flags: { projectId: "other" } }],
    [
      "a file that is gone",
      () => rm(at("base.yaml")).then(() => write("sygaldry.yaml", "network: none")),
      {},
    ],
  ])("is not taken after a change of %s", async (_, change, options) => {
    await load();
    await mark();
    await change();
    expect((await load(options)).config.network).toBe("none");
  });

  test("is not taken with another variable in the environment", async () => {
    await load();
    await mark();
    const environment = { XDG_CACHE_HOME: at("cache"), SYGALDRY_IMAGE: "other" };
    expect((await load({ environment })).config).toMatchObject({ network: "none", image: { name: "other" } });
  });

  test("a base that is gone is told, as without a memo", async () => {
    await load();
    await rm(at("base.yaml"));
    await expect(load()).rejects.toMatchObject({ code: "SYG-CONFIG-EXTENDS" });
  });

  test("nothing is remembered of what is wrong", async () => {
    await write("sygaldry.yaml", "netwrok: none\n");
    await expect(load()).rejects.toMatchObject({ code: "SYG-CONFIG-INVALID" });
    await expect(readdir(memos())).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.each(["", "{", "null", '{"given":1}', "[]"])("a memo that holds %j is no memo", async (text) => {
    await load();
    await writeFile(await memo(), text);
    expect((await load()).config.network).toBe("none");
  });

  test("of another reader of sygaldry.yaml, it is not taken", async () => {
    await load();
    await mark();
    const file = await memo();
    await writeFile(file, (await readFile(file, "utf8")).replace(/[0-9a-f]{64}/, "0".repeat(64)));
    expect((await load()).config.network).toBe("none");
  });

  test("is for this user alone", async () => {
    await load();
    expect((await stat(await memo())).mode & 0o777).toBe(0o600);
    expect((await stat(memos())).mode & 0o777).toBe(0o700);
  });

  test("a cache that cannot be written is done without", async () => {
    await write("cache", "a file in its place");
    expect((await load()).config.network).toBe("none");
    await rm(at("cache"));
    await mkdir(at("cache"), { mode: 0o500 });
    expect((await load()).config.network).toBe("none");
    await chmod(at("cache"), 0o700);
  });

  test("the hundred newest stay", async () => {
    await mkdir(memos(), { recursive: true });
    for (let number = 0; number < 105; number += 1) {
      const file = path.join(memos(), `old${number}.json`);
      await writeFile(file, "{}");
      await utimes(file, number, number);
    }
    await load();
    const names = await readdir(memos());
    expect(names).toHaveLength(100);
    expect(names).toContain("old104.json");
    expect(names).not.toContain("old5.json");
  });
});
