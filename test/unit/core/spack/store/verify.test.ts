import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readFile,
  rm,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readDatabase } from "../../../../../extension/core/spack/store/read-database.ts";
import type { InstallVerification } from "../../../../../extension/core/spack/store/verify/damage.ts";
import {
  verifyInstall,
  verifyInstalls,
} from "../../../../../extension/core/spack/store/verify/verify-install.ts";
import { requires } from "../../../../support/requirements.ts";
import { spackFixture } from "../../../../support/spack-fixtures.ts";
import { fixtureStoreRoot, type UnpackedStore, unpackStore } from "../../../../support/spack-store.ts";

/** The packages that the fixtures hold in full. */
const whole = ["demo-base", "demo-cli", "demo-math", "demo-patched", "py-demo-stats"];

async function verify(
  store: UnpackedStore,
  quick = false,
): Promise<ReadonlyMap<string, InstallVerification>> {
  const database = await readDatabase(fixtureStoreRoot, { paths: store.paths });
  const records = [...(database?.records.values() ?? [])];
  const seen: InstallVerification[] = [];
  const options = {
    root: fixtureStoreRoot,
    prefixOf: (hash: string) => database?.records.get(hash)?.prefix,
    paths: store.paths,
    quick,
  };
  const verdicts = await verifyInstalls(records, options, (verdict) => seen.push(verdict));
  expect(verdicts.map(({ hash }) => hash)).toEqual(records.map(({ hash }) => hash));
  expect(new Set(seen)).toEqual(new Set(verdicts));
  return new Map(verdicts.map((verdict) => [verdict.name, verdict]));
}

/** A package's prefix, as this process reaches it. */
async function prefixOf(store: UnpackedStore, name: string): Promise<string> {
  const database = await readDatabase(fixtureStoreRoot, { paths: store.paths });
  const record = [...(database?.records.values() ?? [])].find((each) => each.name === name);
  return store.paths.local(record?.prefix ?? "");
}

/** Damages as `relative path: kind`. */
function damages(verdict: InstallVerification | undefined): readonly string[] {
  const prefix = verdict?.prefix ?? "";
  return (verdict?.damages ?? []).map(
    ({ kind, path: file }) => `${path.posix.relative(prefix, file)}: ${kind}`,
  );
}

describe("verifyInstall on healthy stores (unit)", () => {
  test.each(["demo", "demo-buildcache", "relocated"])("finds nothing wrong with %s", async (fixture) => {
    await using store = await unpackStore(fixture);
    for (const quick of [false, true]) {
      const verdicts = await verify(store, quick);
      for (const name of whole) {
        expect(verdicts.get(name)).toMatchObject({ state: "intact", damages: [], unchecked: [] });
        expect(verdicts.get(name)?.compared).toBeGreaterThan(15);
      }
      expect(verdicts.get("gcc")?.state).toBe("skipped");
    }
  });

  test("excuses what was relocated by name, and nothing as not comparable", async () => {
    await using store = await unpackStore("relocated");
    const verdicts = await verify(store);
    const relocated = (name: string) =>
      (verdicts.get(name)?.excuses ?? []).flatMap(({ why, paths }) =>
        why.startsWith("relocated") ? paths.map((file) => `${path.posix.basename(file)}: ${why}`) : [],
      );
    expect(relocated("demo-base")).toEqual(["libdemo_base.so.1.3.0: relocated", "demo_base.pc: relocated"]);
    expect(relocated("demo-math")).toEqual(["libdemo_math.so: relocated", "demo_math.pc: relocated"]);
    expect(relocated("demo-cli")).toEqual(["demo-cli: relocated", "prefix.txt: relocated"]);
    expect(relocated("python-venv")).toHaveLength(4);
  });

  test("where Spack's own verify cries wolf over each file", () => {
    for (const name of ["demo-base", "demo-math", "demo-cli"]) {
      const said = JSON.parse(
        readFileSync(spackFixture("relocated", "spack-says", `verify-site-${name}.json`), "utf8"),
      );
      expect(Object.keys(said).length).toBeGreaterThan(20);
    }
  });
});

describe("verifyInstall finds the fixtures' damage (unit)", () => {
  const file = (name: string) => JSON.parse(readFileSync(spackFixture("damage", name), "utf8"));

  test("of a tampered prefix, as Spack itself does", async () => {
    await using store = await unpackStore("demo");
    const prefix = await prefixOf(store, "demo-math");
    await writeFile(path.join(prefix, "lib/extra.txt"), "extra");
    await chmod(path.join(prefix, "lib/pkgconfig/demo_math.pc"), 0o600);
    await appendFile(path.join(prefix, "include/demo_math.hpp"), "// tampered\n");
    await rm(path.join(prefix, "lib/cmake"), { recursive: true });
    const verdict = (await verify(store)).get("demo-math");
    const ours: Readonly<Record<string, string>> = {
      added: "added",
      mode: "mode",
      deleted: "deleted",
      "size,mtime,hash": "content",
    };
    const expected = Object.entries<readonly string[]>(file("verify-manifest-tampered.json")).map(
      ([at, fields]) => `${path.posix.relative(verdict?.prefix ?? "", at)}: ${ours[fields.join()]}`,
    );
    expect([...damages(verdict)].sort()).toEqual(expected.sort());
    expect(verdict?.state).toBe("damaged");
  });

  test("of a removed prefix, which Spack calls a missing manifest", async () => {
    await using store = await unpackStore("demo");
    await rm(await prefixOf(store, "demo-base"), { recursive: true });
    const verdict = (await verify(store)).get("demo-base");
    expect(verdict?.damages.map(({ kind, path: at }) => [at, kind])).toEqual(
      Object.keys(file("verify-manifest-missing-prefix.json")).map((at) => [at, "prefix-missing"]),
    );
  });
});

describe("verifyInstall (unit)", () => {
  test("tells a missing manifest from a damaged one", async () => {
    await using store = await unpackStore("demo");
    const manifest = path.join(await prefixOf(store, "demo-cli"), ".spack/install_manifest.json");
    for (const text of ["{", "[]", "{}", '{"/a":7}', '{"/a":{"mode":16877},"/b":{"mode":16877}}']) {
      await writeFile(manifest, text);
      expect(damages((await verify(store)).get("demo-cli"))).toEqual([
        ".spack/install_manifest.json: manifest-damaged",
      ]);
    }
    await unlink(manifest);
    expect(damages((await verify(store)).get("demo-cli"))).toEqual([
      ".spack/install_manifest.json: manifest-missing",
    ]);
  });

  test("finds other content of the same size and time, unless it is to be quick", async () => {
    await using store = await unpackStore("demo-buildcache");
    const header = path.join(await prefixOf(store, "demo-base"), "include/demo_base.h");
    const text = await readFile(header, "utf8");
    await writeFile(header, text.replace("demo_base_add", "demo_base_sub"));
    await utimes(header, 0, 0);
    expect(damages((await verify(store)).get("demo-base"))).toEqual(["include/demo_base.h: content"]);
    expect(damages((await verify(store, true)).get("demo-base"))).toEqual([]);
    await utimes(header, 1, 1);
    expect(damages((await verify(store, true)).get("demo-base"))).toEqual(["include/demo_base.h: content"]);
  });

  test("finds links that point elsewhere and things of another kind", async () => {
    await using store = await unpackStore("demo");
    const lib = path.join(await prefixOf(store, "demo-base"), "lib");
    await unlink(path.join(lib, "libdemo_base.so"));
    await symlink("/etc/passwd", path.join(lib, "libdemo_base.so"));
    await unlink(path.join(lib, "libdemo_base.a"));
    await mkdir(path.join(lib, "libdemo_base.a"));
    await unlink(path.join(lib, "libdemo_base.so.1"));
    await writeFile(path.join(lib, "libdemo_base.so.1"), "");
    const verdict = (await verify(store)).get("demo-base");
    expect(damages(verdict)).toEqual([
      "lib/libdemo_base.a: type",
      "lib/libdemo_base.so: link",
      "lib/libdemo_base.so.1: type",
    ]);
    expect(verdict?.damages.map(({ detail }) => detail)).toEqual([
      "recorded as a file, now a folder",
      "recorded as a link to libdemo_base.so.1, now to /etc/passwd",
      "recorded as a link, now a file",
    ]);
  });

  test("judges modes of a cache install by what its tarball keeps", async () => {
    await using store = await unpackStore("demo-buildcache");
    const prefix = await prefixOf(store, "demo-cli");
    const program = path.join(prefix, "bin/demo-cli");
    for (const [mode, expected] of [
      [0o755, []],
      [0o775, []],
      [0o750, []],
      [0o700, []],
      [0o644, ["bin/demo-cli: mode"]],
      [0o777, ["bin/demo-cli: mode"]],
      [0o4755, ["bin/demo-cli: mode"]],
    ] as const) {
      await chmod(program, mode);
      expect(damages((await verify(store)).get("demo-cli"))).toEqual(expected);
    }
  });

  test("finds what was done to relocated files after they were relocated", async () => {
    await using store = await unpackStore("relocated");
    const prefix = await prefixOf(store, "demo-math");
    const library = path.join(prefix, "lib/libdemo_math.so");
    const content = await readFile(library);
    content.writeUInt8(content.readUInt8(content.length - 5) ^ 1, content.length - 5);
    await writeFile(library, content);
    await appendFile(path.join(prefix, "lib/pkgconfig/demo_math.pc"), "# /opt/spack_store\n");
    await appendFile(path.join(await prefixOf(store, "demo-cli"), "bin/demo-cli"), "x");
    expect(damages((await verify(store)).get("demo-cli"))).toEqual(["bin/demo-cli: content"]);
    expect(damages((await verify(store)).get("demo-math"))).toEqual([
      "lib/libdemo_math.so: content",
      "lib/pkgconfig/demo_math.pc: content",
    ]);
  });

  test("does not excuse a file as relocated that is not listed as such, or shows no new prefix", async () => {
    await using store = await unpackStore("relocated");
    const prefix = await prefixOf(store, "demo-math");
    await appendFile(path.join(prefix, "include/demo_math.hpp"), "// /opt/spack_store\n");
    await writeFile(path.join(prefix, "lib/libdemo_math.so"), "no library");
    expect(damages((await verify(store)).get("demo-math"))).toEqual([
      "include/demo_math.hpp: content",
      "lib/libdemo_math.so: content",
    ]);
  });

  test("a tarball's record that cannot be read leaves a doubt, not damage", async () => {
    await using store = await unpackStore("demo-buildcache");
    const prefix = await prefixOf(store, "demo-math");
    for (const text of ["{", "buildpath: [1]", ""]) {
      await writeFile(path.join(prefix, ".spack/binary_distribution"), text);
      const verdict = (await verify(store)).get("demo-math");
      expect(verdict).toMatchObject({ state: "unknown", damages: [] });
    }
  });

  test("excuses what comes of using a package and of Spack's own records, and only there", async () => {
    await using store = await unpackStore("demo");
    const prefix = await prefixOf(store, "py-demo-stats");
    const module = path.join(prefix, "lib/python3.11/site-packages/demo_stats");
    await mkdir(path.join(module, "__pycache__"));
    await writeFile(path.join(module, "__pycache__/__init__.cpython-311.pyc"), "");
    await mkdir(path.join(prefix, ".spack/deprecated"));
    await writeFile(path.join(prefix, ".spack/deprecated/abc_spec.json"), "{}");
    await rm(path.join(prefix, ".spack/spack-build-out.txt.gz"));
    expect((await verify(store)).get("py-demo-stats")?.state).toBe("intact");
    await writeFile(path.join(module, "__pycache__/payload.py"), "");
    await writeFile(path.join(module, "loose.pyc"), "");
    const at = "lib/python3.11/site-packages/demo_stats";
    expect(damages((await verify(store)).get("py-demo-stats"))).toEqual([
      `${at}/__pycache__/payload.py: added`,
      `${at}/loose.pyc: added`,
    ]);
  });

  test("names a removed folder and all that was in it", async () => {
    await using store = await unpackStore("demo");
    await rm(path.join(await prefixOf(store, "demo-cli"), "bin"), { recursive: true });
    expect(damages((await verify(store)).get("demo-cli"))).toEqual(["bin: deleted", "bin/demo-cli: deleted"]);
  });

  test("can be cancelled", async () => {
    await using store = await unpackStore("demo");
    const database = await readDatabase(fixtureStoreRoot, { paths: store.paths });
    const record = [...(database?.records.values() ?? [])].find(({ name }) => name === "demo-cli");
    if (record === undefined) throw new Error("no demo-cli");
    const options = { root: fixtureStoreRoot, prefixOf: () => undefined, paths: store.paths };
    await expect(verifyInstall(record, { ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});

requires("root")("verifyInstall and owners (unit)", () => {
  test("takes another number for all as a renumbering, for one as damage", async () => {
    await using store = await unpackStore("demo");
    const prefix = await prefixOf(store, "demo-cli");
    const program = path.join(prefix, "bin/demo-cli");
    await chown(program, 4711, 4711);
    expect(damages((await verify(store)).get("demo-cli"))).toEqual(["bin/demo-cli: owner"]);
    execFileSync("chown", ["-R", "4711:4711", prefix]);
    const verdict = (await verify(store)).get("demo-cli");
    expect(verdict).toMatchObject({ state: "intact" });
    expect(verdict?.excuses.map(({ why }) => why)).toContain("owner renumbered");
  });
});
