import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { computeDrift, readDrift } from "../../../../../extension/core/spack/drift/drift.ts";
import type { Drift } from "../../../../../extension/core/spack/drift/reasons.ts";
import {
  lockIdentity,
  readSolveRecord,
  recordAfterSolve,
  solveRecord,
  solveRecordFile,
  writeSolveRecord,
} from "../../../../../extension/core/spack/drift/solve-record.ts";
import type { Lockfile, LockRoot } from "../../../../../extension/core/spack/lockfile/lockfile.ts";
import { parseLockfile } from "../../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { parseManifest, readManifest } from "../../../../../extension/core/spack/manifest/manifest.ts";
import { fixture, host } from "../manifest/host.ts";

const fixtures = fileURLToPath(new URL("../../../../fixtures/spack/", import.meta.url));
const site = { ...host, target: "x86_64_v4" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-drift-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function lockOf(roots: readonly string[], more: Partial<Lockfile> = {}): Lockfile {
  const root = (spec: string): LockRoot => ({
    spec,
    hash: `${spec.replace(/\W/g, "")}`.padEnd(32, "a"),
    group: "default",
  });
  return {
    lockfileVersion: 6,
    specfileVersion: 5,
    spackVersion: "1.1.0",
    roots: roots.map(root),
    nodes: new Map(),
    includes: [],
    ...more,
  };
}

async function drift(
  yaml: string,
  lock: Lockfile | undefined,
  more: Partial<Parameters<typeof computeDrift>[0]> = {},
) {
  const manifest = await parseManifest(path.join(folder, "spack.yaml"), yaml, { context: site });
  return computeDrift({
    manifest,
    lock,
    context: site,
    record: undefined,
    includedLocks: new Map(),
    ...more,
  });
}

/** The manifest as it was solved, and the drift of what it became. */
async function afterEdit(before: string, after: string, lock = lockOf(["zlib"])): Promise<Drift> {
  const solved = await parseManifest(path.join(folder, "spack.yaml"), before, { context: site });
  return drift(after, lock, { record: solveRecord(solved, lock) });
}

interface LockCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly roots?: readonly string[];
  readonly spack: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

const lockCases: readonly LockCase[] = fixture("cases.json").cases.filter(
  ({ roots }: LockCase) => roots !== undefined,
);

describe("Spack's rule (unit)", () => {
  test.each(lockCases)("$name", async ({ files, roots = [], spack }) => {
    const result = await drift(files["spack.yaml"] ?? "", lockOf(roots));
    expect(result.added.map(({ text }) => text)).toEqual(spack.added);
    expect(result.removed).toEqual(spack.removed);
    expect(result.spackSolves).toBe(spack.added.length + spack.removed.length > 0);
  });

  const solved = readdirSync(fixtures).filter((name) => existsSync(path.join(fixtures, name, "spack.lock")));
  test.each(solved)("the lock of %s has exactly the roots of its manifest", async (name) => {
    const file = path.join(fixtures, name, "spack.yaml");
    const { lock } = parseLockfile(readFileSync(path.join(fixtures, name, "spack.lock"), "utf8"), name);
    const context = { ...site, paths: { ...site.paths, local: demoPaths } };
    const manifest = await readManifest(file, { context });
    const result = computeDrift({ manifest, lock, context, record: undefined, includedLocks: new Map() });
    expect(manifest.problems).toEqual([]);
    expect(result.added).toEqual([]);
    expect(result.removed).toEqual([]);
  });

  test("a namespace that the lock loses is told as such, and no re-solve helps", async () => {
    const result = await drift("spack:\n  specs: [builtin.zlib, zstd]\n", lockOf(["zlib", "zstd"]));
    expect(result).toMatchObject({ state: "stale", spackSolves: true });
    expect(result.reasons[0]).toMatchObject({
      kind: "root-lost",
      part: "builtin.zlib",
      at: { line: 2, column: 11 },
    });
    expect(result.reasons.map(({ kind }) => kind)).toEqual(["root-lost", "no-record"]);
  });

  test("no lock, a refused manifest, and what cannot be told", async () => {
    expect(await drift("spack:\n  specs: [zlib]\n", undefined)).toMatchObject({
      state: "no-lock",
      spackSolves: true,
    });
    expect(await drift("spack:\n  specs: [zlib@@]\n", lockOf(["zlib"]))).toMatchObject({ state: "invalid" });
    const yaml = "spack:\n  definitions:\n  - a: [zstd]\n    when: '[x for x in os]'\n  specs: [zlib, $a]\n";
    const open = await drift(yaml, lockOf(["zlib"]));
    expect(open).toMatchObject({ state: "unknown", spackSolves: undefined, added: [], removed: [] });
    expect(open.reasons.map(({ kind }) => kind)).toContain("undecided");
  });

  test("a root that nobody can parse is unknown, not stale", async () => {
    const result = await drift("spack:\n  specs: [zlib]\n", lockOf(["zlib", "zstd{}"]));
    expect(result).toMatchObject({ state: "unknown", added: [], removed: [] });
  });
});

/** The matrix fixture includes a file of the machine it was made on. */
function demoPaths(file: string): string {
  return file === "/opt/demo/config/site-packages.yaml"
    ? path.join(fixtures, "matrix", "site-packages.yaml")
    : file;
}

describe("what Spack does not notice (unit)", () => {
  const base = "spack:\n  specs: [zlib]\n";
  const packages = (require: string) =>
    `${base}  packages: {all: {require: [${require}]}, zlib: {buildable: true}}\n`;

  test("nothing changed: fresh, whatever the layout", async () => {
    const result = await afterEdit(packages("target=zen2"), `# c\n${packages("'target=zen2'")}`);
    expect(result).toEqual({ state: "fresh", spackSolves: false, added: [], removed: [], reasons: [] });
  });

  test.each([
    [
      packages("target=zen2"),
      packages("target=zen3"),
      "packages:all:require",
      'changed from ["target=zen2"] to ["target=zen3"]',
    ],
    [
      base,
      `${base}  packages: {zlib: {externals: [{spec: zlib@1.3, prefix: /usr}]}}\n`,
      "packages:zlib:externals",
      "was added",
    ],
    [
      `${base}  concretizer: {unify: true}\n`,
      `${base}  concretizer: {unify: false}\n`,
      "concretizer:unify",
      "changed from true to false",
    ],
    [`${base}  concretizer: {reuse: true}\n`, base, "concretizer:reuse", "was taken away (it was true)"],
    [base, `${base}  develop: {zlib: {spec: zlib@1.3}}\n`, "develop:zlib", "was added"],
    [
      `${base}  toolchains: {gnu: '%gcc@12'}\n`,
      `${base}  toolchains: {gnu: '%gcc@13'}\n`,
      "toolchains:gnu",
      'changed from "%gcc@12" to "%gcc@13"',
    ],
    [
      `${base}  repos: {a: /a, b: /b}\n`,
      `${base}  repos: {b: /b, a: /a}\n`,
      "repos (order)",
      'changed from ["a","b"] to ["b","a"]',
    ],
  ])("an edit is named: %j → %j", async (before, after, part, what) => {
    const result = await afterEdit(before, after);
    expect(result).toMatchObject({ state: "stale", spackSolves: false, added: [], removed: [] });
    expect(result.reasons).toMatchObject([{ kind: "input", effect: "solve", seenBySpack: false, part }]);
    expect(result.reasons[0]?.text).toContain(`${part} ${what}`);
    expect(result.reasons[0]?.text).toMatch(/\.$/);
  });

  test("an edit of the view concerns the view alone", async () => {
    const result = await afterEdit(`${base}  view: true\n`, `${base}  view: {default: {root: v}}\n`);
    expect(result.state).toBe("stale");
    expect(new Set(result.reasons.map(({ effect }) => effect))).toEqual(new Set(["view"]));
  });

  test("what does not change a solve is left alone", async () => {
    const more = "  mirrors: {m: file:///m}\n  config: {build_jobs: 4}\n  env_vars: {set: {A: b}}\n";
    expect((await afterEdit(base, base + more)).state).toBe("fresh");
  });

  test("neither records nor tells passwords in URLs", async () => {
    const yaml = (secret: string) =>
      [
        "spack:",
        `  include: ['https://me:${secret}@host.example/x.yaml']`,
        "  specs: [zlib]",
        `  repos: {mine: {git: 'https://${secret}@host.example/r.git', branch: main}}`,
      ].join("\n");
    const lock = lockOf(["zlib"]);
    const solved = await parseManifest(path.join(folder, "spack.yaml"), yaml("s3cret"), { context: site });
    const record = solveRecord(solved, lock);
    expect(JSON.stringify(record)).toContain("https://***@host.example/r.git");
    expect(JSON.stringify(record)).not.toContain("s3cret");
    const { reasons } = await drift(yaml("s3cret").replace("branch: main", "branch: dev"), lock, { record });
    expect(reasons.map(({ kind }) => kind).sort()).toEqual(["input", "undecided"]);
    expect(JSON.stringify(reasons)).not.toContain("s3cret");
  });

  test("an included file counts, with its own place", async () => {
    const yaml = `${base}  include: [more.yaml]\n`;
    const file = path.join(folder, "more.yaml");
    await writeFile(file, "packages:\n  zlib:\n    require: '@1.2'\n");
    const lock = lockOf(["zlib"]);
    const solved = await parseManifest(path.join(folder, "spack.yaml"), yaml, { context: site });
    const record = solveRecord(solved, lock);
    await writeFile(file, "packages:\n  zlib:\n    require: '@1.3'\n");
    const { reasons } = await drift(yaml, lock, { record });
    expect(reasons).toMatchObject([{ part: "packages:zlib:require", at: { file, line: 3, column: 5 } }]);
  });

  test("the user's own configuration is compared at the same site only, and never written down", async () => {
    const user = path.join(folder, "user");
    await mkdir(user);
    const packagesFile = path.join(user, "packages.yaml");
    await writeFile(packagesFile, "packages: {zlib: {externals: [{spec: zlib@1, prefix: /secret}]}}\n");
    const context = { ...site, scopes: [{ name: "user", path: user }] };
    const lock = lockOf(["zlib"]);
    const read = () => parseManifest(path.join(folder, "spack.yaml"), base, { context });
    const record = solveRecord(await read(), lock);
    expect(JSON.stringify(record)).not.toContain("/secret");
    await writeFile(packagesFile, "packages: {zlib: {buildable: false}}\n");
    const input = { manifest: await read(), lock, context, record, includedLocks: new Map() };
    expect(computeDrift(input).reasons.map(({ kind, part }) => [kind, part])).toEqual([
      ["outside", "packages:zlib:buildable"],
      ["outside", "packages:zlib:externals"],
    ]);
    const elsewhere = { ...record, outside: { ...record.outside, site: "another" } };
    expect(computeDrift({ ...input, record: elsewhere }).state).toBe("fresh");
  });
});

describe("the record beside the lock (unit)", () => {
  const yaml = "spack:\n  specs: [zlib]\n";

  test("round trip; a second write of the same changes nothing", async () => {
    const lock = lockOf(["zlib"]);
    const record = solveRecord(
      await parseManifest(path.join(folder, "spack.yaml"), yaml, { context: site }),
      lock,
    );
    await writeSolveRecord(folder, record);
    expect(await readSolveRecord(solveRecordFile(folder))).toEqual(record);
    const before = await readFile(solveRecordFile(folder), "utf8");
    await writeSolveRecord(folder, record);
    expect(await readFile(solveRecordFile(folder), "utf8")).toBe(before);
  });

  test.each([
    ["another lock's", undefined, "made by another solve"],
    ["cut", '{"format": "sygaldry-solve", ', "cannot be read"],
    ["of a later version", '{"format": "sygaldry-solve", "version": 2}', "cannot be read"],
  ])("%s is unknown, never fresh", async (_, text, said) => {
    await writeFile(path.join(folder, "spack.yaml"), yaml);
    const manifest = await readManifest(path.join(folder, "spack.yaml"), { context: site });
    await writeSolveRecord(folder, solveRecord(manifest, lockOf(["zlib", "zstd"])));
    if (text !== undefined) await writeFile(solveRecordFile(folder), text);
    const result = await readDrift(manifest, lockOf(["zlib"]), { context: site });
    expect(result).toMatchObject({ state: "unknown", spackSolves: false });
    expect(result.reasons[0]?.text).toContain(said);
  });

  test("a solve that keeps old roots keeps what was recorded of them", async () => {
    const manifestOf = (more: string) =>
      parseManifest(path.join(folder, "spack.yaml"), yaml + more, { context: site });
    const solved = await manifestOf("  concretizer: {unify: true}\n  view: true\n");
    const edited = await manifestOf("  concretizer: {unify: false}\n  view: false\n");
    const [first, second] = [lockOf(["zlib"]), lockOf(["zlib", "zstd"])];
    const record = solveRecord(solved, first);
    const before = { lock: first, record };
    const solve = { manifest: edited, lock: second, forced: false, before };
    const after = recordAfterSolve(solve);
    expect(after?.environment).toEqual({ "concretizer:unify": "true", view: "false" });
    const input = { manifest: edited, lock: second, context: site, record: after, includedLocks: new Map() };
    expect(computeDrift(input).reasons.map(({ part }) => part)).toContain("concretizer:unify");
    expect(recordAfterSolve({ ...solve, forced: true })).toEqual(solveRecord(edited, second));
    expect(recordAfterSolve({ ...solve, before: undefined })).toEqual(solveRecord(edited, second));
    expect(recordAfterSolve({ ...solve, lock: lockOf(["zstd"]) })).toEqual(
      solveRecord(edited, lockOf(["zstd"])),
    );
    expect(recordAfterSolve({ ...solve, before: { lock: first, record: undefined } })).toBeUndefined();
    expect(recordAfterSolve({ ...solve, before: { lock: second, record } })).toBeUndefined();
  });

  test("belongs to a lock by what it holds, not by its bytes", () => {
    const text = readFileSync(path.join(fixtures, "tiny", "spack.lock"), "utf8");
    const { lock } = parseLockfile(text, "tiny");
    const again = { ...lock, roots: [...lock.roots].reverse(), nodes: new Map([...lock.nodes].reverse()) };
    expect(lockIdentity(again)).toBe(lockIdentity(lock));
    expect(lockIdentity({ ...lock, roots: lock.roots.slice(1) })).not.toBe(lockIdentity(lock));
  });
});

describe("include_concrete (unit)", () => {
  const yaml = "spack:\n  specs: [zlib]\n  include_concrete: [/envs/a, /envs/b]\n";
  const include = (at: string, specs: readonly string[]) => ({
    path: at,
    roots: lockOf(specs).roots,
    hashes: [],
  });
  const lock = lockOf(["zlib"], {
    includes: [include("/envs/a", ["hdf5", "zstd"]), include("/envs/b", ["fftw"])],
  });
  const reasons = (result: Drift) => result.reasons.filter(({ kind }) => kind === "included-environment");

  test("unchanged, also where both have a root that Spack takes over once", async () => {
    const includedLocks = new Map([
      ["/envs/a", { lock: lockOf(["zstd", "hdf5"]) }],
      ["/envs/b", { lock: lockOf(["fftw", "zstd"]) }],
    ]);
    expect(reasons(await drift(yaml, lock, { includedLocks }))).toEqual([]);
  });

  test("solved anew, gone, unreadable, not taken over, no longer included", async () => {
    const includedLocks = new Map([
      ["/envs/a", { lock: lockOf(["hdf5@1.14", "zstd"]) }],
      ["/envs/b", { lock: undefined }],
    ]);
    const result = await drift(yaml, lock, { includedLocks });
    expect(reasons(result).map(({ effect, text }) => [effect, text])).toEqual([
      [
        "solve",
        "The included environment /envs/a was solved anew since this lock took it over (hdf5, hdf5@1.14).",
      ],
      ["unknown", "The included environment /envs/b has no lock any more, so Spack cannot take it over."],
    ]);
    expect(result).toMatchObject({ state: "stale", spackSolves: true });
    const unreadable = await drift(yaml, lock, {
      includedLocks: new Map([["/envs/a", { unreadable: "why" }]]),
    });
    expect(reasons(unreadable)[0]).toMatchObject({ effect: "unknown", at: { line: 3, column: 22 } });
    const fewer = await drift("spack:\n  specs: [zlib]\n  include_concrete: [/envs/c]\n", lock, {
      includedLocks: new Map([["/envs/c", { lock: lockOf([]) }]]),
    });
    expect(reasons(fewer).map(({ part }) => part)).toEqual(["/envs/c", "/envs/a", "/envs/b"]);
  });

  test("reads the locks of the included environments", async () => {
    const inner = path.join(folder, "inner");
    await mkdir(inner);
    const tiny = readFileSync(path.join(fixtures, "tiny", "spack.lock"), "utf8");
    await writeFile(path.join(inner, "spack.lock"), tiny);
    await writeFile(
      path.join(folder, "spack.yaml"),
      "spack:\n  specs: [zlib]\n  include_concrete: [inner]\n",
    );
    const manifest = await readManifest(path.join(folder, "spack.yaml"), { context: site });
    const { lock: tinyLock } = parseLockfile(tiny, "tiny");
    const taken = { path: inner, roots: tinyLock.roots, hashes: [] };
    const now = await readDrift(manifest, lockOf(["zlib"], { includes: [taken] }), { context: site });
    expect(reasons(now)).toEqual([]);
    await writeFile(path.join(inner, "spack.lock"), tiny.slice(0, 200));
    const cut = await readDrift(manifest, lockOf(["zlib"], { includes: [taken] }), { context: site });
    expect(reasons(cut)).toMatchObject([{ effect: "unknown" }]);
  });
});
