import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StoreRecord } from "../../../../../extension/core/spack/store/database.ts";
import { prefixState, prefixStates } from "../../../../../extension/core/spack/store/prefix.ts";
import { translation } from "../../../../support/spack-store.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry größe-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record = (prefix: string | undefined): StoreRecord => ({
  hash: prefix ?? "",
  name: "a",
  version: "1",
  prefix,
  installed: true,
  explicit: false,
  external: false,
  refCount: 0,
  installedAt: undefined,
  deprecatedFor: undefined,
});

describe("prefixState (unit)", () => {
  test("tells a folder, nothing, and something else", async () => {
    await writeFile(path.join(folder, "file"), "");
    await symlink("nowhere", path.join(folder, "dangling"));
    expect(await prefixState(folder)).toEqual({ state: "present" });
    expect(await prefixState(path.join(folder, "none"))).toEqual({ state: "missing" });
    expect(await prefixState(path.join(folder, "file", "below"))).toEqual({ state: "missing" });
    expect(await prefixState(path.join(folder, "dangling"))).toEqual({ state: "missing" });
    expect(await prefixState(path.join(folder, "file"))).toMatchObject({
      state: "unknown",
      why: expect.stringContaining("is not a folder"),
    });
  });

  test("what cannot be examined is unknown, not missing", async () => {
    await symlink("b", path.join(folder, "a"));
    await symlink("a", path.join(folder, "b"));
    expect(await prefixState(path.join(folder, "a"))).toMatchObject({
      state: "unknown",
      why: expect.stringContaining("ELOOP"),
    });
  });

  test("goes through the translation", async () => {
    expect(await prefixState("/opt/somewhere", translation("/opt/somewhere", folder))).toEqual({
      state: "present",
    });
  });
});

describe("prefixStates (unit)", () => {
  test.each([3, 40])("agrees with asking for each, for %i prefixes in a folder", async (count) => {
    const names = Array.from({ length: count }, (_, n) => `package-${n}`);
    for (const [n, name] of names.entries()) {
      const file = path.join(folder, name);
      if (n % 4 === 0) await mkdir(file);
      else if (n % 4 === 1) await symlink(folder, file);
      else if (n % 4 === 2) await writeFile(file, "");
    }
    const prefixes = [...names, "../elsewhere/x"].map((name) => path.posix.join("/opt/store/arch", name));
    const paths = translation("/opt/store/arch", folder);
    const states = await prefixStates([...prefixes.map(record), record(undefined)], paths);
    expect([...states.keys()].sort()).toEqual([...prefixes].sort());
    for (const prefix of prefixes) expect(states.get(prefix)).toEqual(await prefixState(prefix, paths));
    expect(new Set([...states.values()].map(({ state }) => state))).toEqual(
      new Set(["present", "missing", "unknown"]),
    );
  });

  test("asks for each where one of them is mounted from elsewhere", async () => {
    const names = Array.from({ length: 10 }, (_, n) => `package-${n}`);
    await mkdir(path.join(folder, "other"));
    const paths = {
      local: (file: string) => (file.endsWith("-7") ? path.join(folder, "other") : file),
      site: (file: string) => file,
    };
    const states = await prefixStates(
      names.map((name) => record(path.join(folder, name))),
      paths,
    );
    expect(
      [...states].filter(([, { state }]) => state === "present").map(([prefix]) => path.basename(prefix)),
    ).toEqual(["package-7"]);
  });
});
