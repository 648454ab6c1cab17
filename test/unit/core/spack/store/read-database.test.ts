import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findRecord } from "../../../../../extension/core/spack/store/database.ts";
import {
  databaseFile,
  readDatabase,
  readVerifier,
  verifierFile,
} from "../../../../../extension/core/spack/store/read-database.ts";
import { spackFixture } from "../../../../support/spack-fixtures.ts";
import { translation, unpackStore } from "../../../../support/spack-store.ts";

const indexText = readFileSync(spackFixture("demo", "index.json"), "utf8");

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sygaldry-größe und leer-"));
  await mkdir(path.join(root, ".spack-db"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (text: string) => writeFile(databaseFile(root), text);

describe("readDatabase (unit)", () => {
  test("agrees with `spack find` about the demo store", async () => {
    await using store = await unpackStore("demo");
    const database = await readDatabase("/opt/spack_store", { paths: store.paths });
    const records = [...(database?.records.values() ?? [])];
    expect(database).toMatchObject({ root: "/opt/spack_store", version: 8 });
    expect(records).toHaveLength(12);
    expect(
      records
        .filter(({ external }) => external)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["gcc", "glibc", "python"]);
    expect(
      records
        .filter(({ explicit }) => explicit)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["demo-cli", "demo-math", "py-demo-stats"]);
    expect(records.every(({ installed }) => installed)).toBe(true);
    expect(database?.records.get("jgi57zyec5746cub5ol7ohn7cusz7fle")).toMatchObject({
      name: "demo-base",
      version: "1.3.0",
      prefix: "/opt/spack_store/linux-x86_64_v4/demo-base-1.3.0-jgi57zyec5746cub5ol7ohn7cusz7fle",
      refCount: 1,
      deprecatedFor: undefined,
    });
  });

  test("after an install from a build cache, what only building needs is not installed", async () => {
    await using store = await unpackStore("demo-buildcache");
    const database = await readDatabase("/opt/spack_store", { paths: store.paths });
    const missing = [...(database?.records.values() ?? [])].filter(({ installed }) => !installed);
    expect(missing.map(({ name }) => name).sort()).toEqual(["compiler-wrapper", "demo-gen"]);
  });

  test("a store without a database is a state of its own", async () => {
    expect(await readDatabase(root)).toBeUndefined();
    expect(await readDatabase(path.join(root, "nowhere"))).toBeUndefined();
    expect(
      await readDatabase(root, { paths: translation(root, path.join(root, "elsewhere")) }),
    ).toBeUndefined();
  });

  test("reads the older version 6, and null as a database without records", async () => {
    await write(indexText.replace('"version":"8"', '"version":"6"'));
    expect((await readDatabase(root))?.version).toBe(6);
    await write("null");
    expect((await readDatabase(root))?.records.size).toBe(0);
  });

  test.each([
    ["5", /spack reindex/],
    ["0.9.3", /spack reindex/],
    ["9", /Update Sygaldry/],
    ["eight", /spack reindex/],
  ])("refuses version %s by name", async (version, next) => {
    await write(indexText.replace('"version":"8"', `"version":"${version}"`));
    await expect(readDatabase(root)).rejects.toMatchObject({
      code: "SYG-SPACK-STORE",
      message: expect.stringContaining(`of version ${version};`),
      next: expect.stringMatching(next),
    });
  });

  const hash = "jgi57zyec5746cub5ol7ohn7cusz7fle";
  test.each([
    ["{}", "database is missing"],
    ["[]", "the document is a list"],
    ['{"database":7}', "database is 7"],
    ['{"database":{"version":8,"installs":{}}}', "database.version is 8"],
    ['{"database":{"version":"8"}}', "database.installs is missing"],
    ['{"database":{"version":"8","installs":[]}}', "database.installs is a list"],
    [`{"database":{"version":"8","installs":{"${hash}":null}}}`, `database.installs.${hash} is null`],
    [`{"database":{"version":"8","installs":{"${hash}":{}}}}`, `database.installs.${hash}.spec is missing`],
    [
      `{"database":{"version":"8","installs":{"${hash}":{"spec":{"name":"a"}}}}}`,
      `database.installs.${hash}.spec.version is missing`,
    ],
    [
      `{"database":{"version":"8","installs":{"${hash}":{"spec":{"name":"a","version":"1"},"installed":"yes"}}}}`,
      `database.installs.${hash}.installed is "yes" where true or false`,
    ],
    [
      `{"database":{"version":"8","installs":{"__proto__":{"spec":{"name":"a","version":"1"},"path":1}}}}`,
      "database.installs.__proto__.path is 1",
    ],
  ])("names the place in %s", async (text, message) => {
    await write(text);
    await expect(readDatabase(root)).rejects.toMatchObject({
      code: "SYG-SPACK-STORE",
      message: expect.stringContaining(`${databaseFile(root)} is not a Spack database: ${message}`),
    });
  });

  test("takes no words where there are none: externals without a path, absent flags", async () => {
    const spec = { name: "a", version: "1", external: { path: null, module: ["a/1"] } };
    await write(JSON.stringify({ database: { version: "8", installs: { x: { spec, path: "None" } } } }));
    expect((await readDatabase(root))?.records.get("x")).toEqual({
      hash: "x",
      name: "a",
      version: "1",
      prefix: undefined,
      installed: false,
      explicit: false,
      external: true,
      refCount: 0,
      installedAt: undefined,
      deprecatedFor: undefined,
    });
  });

  test("waits for a database that is being written in place", async () => {
    await write(indexText.slice(0, 5000));
    const reading = readDatabase(root);
    await wait(60);
    await write(indexText);
    expect((await reading)?.records.size).toBe(12);
  });

  test("reads again when another process wrote meanwhile", async () => {
    const verifier = verifierFile(root);
    await write(indexText);
    await writeFile(verifier, "one");
    let stop = false;
    const writing = (async () => {
      for (let round = 0; !stop; round++) {
        await writeFile(
          `${databaseFile(root)}.temp`,
          indexText.replace('"ref_count":1', `"ref_count":${round}`),
        );
        await rename(`${databaseFile(root)}.temp`, databaseFile(root));
        await writeFile(verifier, `round ${round}`);
      }
    })();
    for (let round = 0; round < 10; round++) expect((await readDatabase(root))?.records.size).toBe(12);
    stop = true;
    await writing;
    const last = await readDatabase(root);
    expect(last?.verifier).toBe(await readVerifier(root));
  });

  test("gives up on what stays cut off, and says what to do", async () => {
    await write(indexText.slice(0, 5000));
    await expect(readDatabase(root)).rejects.toMatchObject({
      code: "SYG-SPACK-STORE",
      message: expect.stringContaining("is not JSON"),
      next: expect.stringContaining("spack reindex"),
    });
    await write("");
    await expect(readDatabase(root)).rejects.toThrow("it is empty");
  });

  test("can be cancelled while it waits", async () => {
    await write("{");
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    await expect(readDatabase(root, { signal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  test("says so when a folder stands where the file should be", async () => {
    await mkdir(databaseFile(root));
    await expect(readDatabase(root)).rejects.toMatchObject({
      code: "SYG-SPACK-STORE",
      data: { reason: "EISDIR" },
    });
  });

  test("reads thousands of records whole", async () => {
    const { database } = JSON.parse(indexText);
    const [entry] = Object.values<Record<string, unknown>>(database.installs);
    const installs = Object.fromEntries(
      Array.from({ length: 5000 }, (_, n) => [`h${n}`, { ...entry, path: `/s p/größe/${n}` }]),
    );
    await write(JSON.stringify({ database: { version: "8", installs } }));
    const read = await readDatabase(root);
    expect(read?.records.size).toBe(5000);
    expect(read?.records.get("h4999")?.prefix).toBe("/s p/größe/4999");
  });
});

describe("findRecord (unit)", () => {
  const database = (name: string, installed: Readonly<Record<string, boolean>>) => ({
    root: name,
    file: name,
    version: 8,
    verifier: undefined,
    records: new Map(
      Object.entries(installed).map(([hash, is]) => [
        hash,
        {
          hash,
          name,
          version: "1",
          prefix: undefined,
          installed: is,
          explicit: false,
          external: false,
          refCount: 0,
          installedAt: undefined,
          deprecatedFor: undefined,
        },
      ]),
    ),
  });
  const own = database("own", { a: false });
  const upstreams = [database("first", { a: true, b: false }), database("second", { b: true })];

  test("goes by the own store first, installed or not, then by the first upstream that knows it", () => {
    expect(findRecord("a", own, upstreams)).toMatchObject({ upstream: false, record: { installed: false } });
    expect(findRecord("b", own, upstreams)).toMatchObject({ upstream: true, database: { root: "first" } });
    expect(findRecord("b", undefined, upstreams)).toMatchObject({ record: { installed: false } });
    expect(findRecord("c", own, upstreams)).toBeUndefined();
  });
});
