import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CheckoutIdentity } from "../../../../extension/core/project/identity.ts";
import { type ClaimOptions, claimStorage } from "../../../../extension/core/project/storage-claim.ts";

let folder: string;
let storage: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-claim-"));
  storage = path.join(folder, "root", "proj");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => path.join(storage, "checkouts.json");
const recorded = async (): Promise<unknown> => JSON.parse(await readFile(file(), "utf8"));
const at = (name: string) => path.join(folder, name);
const one = "1".repeat(40);
const two = "2".repeat(40);

interface Known {
  readonly repository?: readonly string[];
  readonly clone?: string;
}

/** A checkout whose folder exists. */
async function checkout(name: string, { repository = [], clone }: Known = {}): Promise<CheckoutIdentity> {
  await mkdir(at(name), { recursive: true });
  return { path: at(name), clone, repository: async () => repository };
}

const claim = async (name: string, known: Known = {}, options: ClaimOptions = {}) =>
  claimStorage(storage, await checkout(name, known), options);

const refused = (owner: string, name: string) =>
  expect.objectContaining({
    code: "SYG-PROJECT-CLAIMED",
    message: expect.stringMatching(new RegExp(`project "proj" belongs to ${at(owner)} .*${at(name)} `)),
    next: expect.stringMatching(/another project\.id .*--adopt/),
  });

const monday = () => new Date("2026-01-05T08:00:00Z");
const later = (hours: number) => () => new Date(monday().getTime() + hours * 3_600_000);

describe("claimStorage (unit)", () => {
  test("records the first checkout, and leaves no lock", async () => {
    await claim("a", { repository: [one], clone: "c1" }, { now: monday });
    const used = "2026-01-05T08:00:00.000Z";
    expect(await recorded()).toEqual({
      version: 1,
      repository: one,
      checkouts: [{ path: at("a"), repository: one, clone: "c1", firstUsed: used, lastUsed: used }],
    });
    expect(await readdir(storage)).toEqual(["checkouts.json"]);
  });

  test("within a day it neither writes nor runs git, and afterwards renews lastUsed", async () => {
    await claim("a", { repository: [one], clone: "c1" }, { now: monday });
    const { mtimeMs, ino } = await stat(file());
    const unasked: CheckoutIdentity = {
      path: at("a"),
      clone: "c1",
      repository: () => Promise.reject(new Error("git was run")),
    };
    await claimStorage(storage, unasked, { now: later(23) });
    expect(await stat(file())).toMatchObject({ mtimeMs, ino });
    await claim("a", { repository: [one], clone: "c1" }, { now: later(25) });
    expect(await recorded()).toMatchObject({
      checkouts: [{ firstUsed: "2026-01-05T08:00:00.000Z", lastUsed: "2026-01-06T09:00:00.000Z" }],
    });
  });

  test("a clock that went back is renewed", async () => {
    await claim("a", {}, { now: later(100) });
    await claim("a", {}, { now: monday });
    expect(await recorded()).toMatchObject({ checkouts: [{ lastUsed: "2026-01-05T08:00:00.000Z" }] });
  });

  test("clones of one repository share, also when histories were joined since", async () => {
    await claim("a", { repository: [two], clone: "c1" });
    await claim("b", { repository: [two], clone: "c2" });
    await claim("c", { repository: [one, two], clone: "c3" });
    expect(await recorded()).toMatchObject({
      repository: two,
      checkouts: [{ path: at("a") }, { path: at("b") }, { path: at("c"), repository: one }],
    });
  });

  test("worktrees of one clone share, also on a branch without common history", async () => {
    await claim("a", { repository: [one], clone: "c1" });
    await claim("pages", { repository: [two], clone: "c1" });
    await claim("a", { repository: [two], clone: "c1" }, { now: () => new Date("2100-01-01") });
  });

  test("ten at once are all recorded", async () => {
    await Promise.all(Array.from({ length: 10 }, (_, i) => claim(`a${i}`, { repository: [one] })));
    const value = await recorded();
    expect(value).toMatchObject({ checkouts: Array.from({ length: 10 }, (_, i) => ({ path: at(`a${i}`) })) });
  });

  test("an unrelated repository is refused and nothing is changed, also when the first is gone", async () => {
    await claim("a", { repository: [one], clone: "c1" });
    const before = await readFile(file(), "utf8");
    await expect(claim("b", { repository: [two], clone: "c2" })).rejects.toEqual(refused("a", "b"));
    await rm(at("a"), { recursive: true });
    await expect(claim("b", { repository: [two], clone: "c2" })).rejects.toEqual(refused("a", "b"));
    expect(await readFile(file(), "utf8")).toBe(before);
  });

  test("an unrelated repository at the same place is refused", async () => {
    await claim("a", { repository: [one], clone: "c1" });
    await expect(claim("a", { repository: [two], clone: "c2" })).rejects.toMatchObject({
      code: "SYG-PROJECT-CLAIMED",
      message: expect.stringMatching(/root commit 111111111111.*root commit 222222222222/),
    });
  });

  test("another folder of the same repository is another project", async () => {
    await claim("a", { repository: [`${one}:apps/a`], clone: "c1:apps/a" });
    await expect(claim("b", { repository: [`${one}:apps/b`], clone: "c1:apps/b" })).rejects.toMatchObject({
      message: expect.stringMatching(/folder apps\/a\).*folder apps\/b\)/),
    });
  });

  test("a repository that moved, or was cloned anew, is welcome", async () => {
    await claim("a", { repository: [one], clone: "c1" });
    await rm(at("a"), { recursive: true });
    await claim("b", { repository: [one], clone: "c1" });
    await claim("a", { repository: [one], clone: "c3" });
  });

  test("without git another place is refused while the first is there", async () => {
    await claim("a");
    await expect(claim("b")).rejects.toEqual(refused("a", "b"));
    await expect(claim("b", { repository: [two], clone: "c2" })).rejects.toEqual(refused("a", "b"));
    await rm(at("a"), { recursive: true });
    await claim("b");
    await claim("b", { repository: [two], clone: "c2" });
    expect(await recorded()).toMatchObject({
      repository: two,
      checkouts: [{ path: at("a") }, { path: at("b") }],
    });
  });

  test("what git does not tell any more is no reason to refuse the same place", async () => {
    await claim("a", { repository: [one], clone: "c1" });
    await claim("a");
    expect(await recorded()).toMatchObject({ checkouts: [{ path: at("a"), repository: one }] });
    await expect(claim("b")).rejects.toEqual(refused("a", "b"));
  });

  test("adopt lets an unrelated repository in, for good and beside the first", async () => {
    await claim("a", { repository: [one], clone: "c1" });
    await claim("b", { repository: [two], clone: "c2" }, { adopt: true });
    await claim("b2", { repository: [two], clone: "c3" });
    await claim("a2", { repository: [one], clone: "c4" });
    expect(await recorded()).toMatchObject({ repository: one });
  });

  test("forgets checkouts that are gone and were not used for long", async () => {
    await claim("a", { repository: [one] }, { now: monday });
    await claim("b", { repository: [one] }, { now: monday });
    await rm(at("a"), { recursive: true });
    await claim("c", { repository: [one] }, { now: later(24 * 89) });
    expect(await recorded()).toMatchObject({
      checkouts: [{ path: at("a") }, { path: at("b") }, { path: at("c") }],
    });
    await claim("c", { repository: [one] }, { now: later(24 * 91) });
    expect(await recorded()).toMatchObject({
      repository: one,
      checkouts: [{ path: at("b") }, { path: at("c") }],
    });
  });

  test("keeps what a later version wrote beside", async () => {
    await claim("a", { repository: [one] });
    const value: unknown = await recorded();
    const extended = JSON.stringify(value)
      .replace('"version":1', '"version":1,"quota":5')
      .replace('"path"', '"label":"x","path"');
    await writeFile(file(), extended);
    await claim("b", { repository: [one] });
    await claim("a", { repository: [one] }, { now: () => new Date("2100-01-01") });
    expect(await recorded()).toMatchObject({
      quota: 5,
      checkouts: [{ path: at("a"), label: "x" }, { path: at("b") }],
    });
  });

  test.each([
    ["cut off", '{"version":1,"checkouts":[{"path":'],
    ["empty", ""],
    ["another shape", '{"version":1,"checkouts":{}}'],
    ["a later version", '{"version":2,"checkouts":[]}'],
  ])("a file that is damaged (%s) is an error and stays, with adopt too", async (_, text) => {
    await mkdir(storage, { recursive: true });
    await writeFile(file(), text);
    for (const adopt of [false, true]) {
      await expect(claim("a", {}, { adopt })).rejects.toMatchObject({
        code: "SYG-STORAGE",
        message: expect.stringContaining(file()),
        next: expect.stringContaining("Nothing was changed"),
      });
    }
    expect(await readFile(file(), "utf8")).toBe(text);
    expect(await readdir(storage)).toEqual(["checkouts.json"]);
  });

  test("a storage that cannot be written to is SYG-STORAGE", async () => {
    await mkdir(path.dirname(storage), { recursive: true });
    await writeFile(storage, "a file");
    await expect(claim("a")).rejects.toMatchObject({
      code: "SYG-STORAGE",
      next: expect.stringContaining("storage.root"),
    });
  });

  test("is cancelled by the signal, and leaves nothing", async () => {
    await expect(claim("a", {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "SYG-CANCELLED",
    });
    await expect(stat(file())).rejects.toThrow();
  });
});
