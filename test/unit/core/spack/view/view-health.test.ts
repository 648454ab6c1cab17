import { readFileSync } from "node:fs";
import { mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { samePaths } from "../../../../../extension/core/site/paths.ts";
import { readDatabase } from "../../../../../extension/core/spack/store/read-database.ts";
import { pathExists } from "../../../../../extension/core/spack/view/path-exists.ts";
import { readView } from "../../../../../extension/core/spack/view/read-view.ts";
import { viewConflicts } from "../../../../../extension/core/spack/view/shared-views.ts";
import { type ViewHealth, viewHealth } from "../../../../../extension/core/spack/view/view-health.ts";
import { spackFixture } from "../../../../support/spack-fixtures.ts";
import { fixtureStoreRoot, type UnpackedStore, unpackStore } from "../../../../support/spack-store.ts";
import { viewsAskedFor } from "../../../../support/spack-views.ts";
import { host } from "../manifest/host.ts";

const root = "/opt/spack_store/view";
const generation = "5hcgiz77szqp6xbybw5nje5u6uldnrfq";

async function health(
  store: UnpackedStore,
  expected: { readonly hash?: string; readonly without?: string } = {},
): Promise<ViewHealth> {
  const database = await readDatabase(fixtureStoreRoot, { paths: store.paths });
  const records = [...(database?.records.values() ?? [])];
  const packages = new Set(records.filter(({ name }) => name !== expected.without).map(({ hash }) => hash));
  return viewHealth(root, { hash: expected.hash ?? generation, packages, records }, { paths: store.paths });
}

/** Without the links that the fixture's tarball leaves dangling on purpose. */
function problems({ problems: found }: ViewHealth) {
  return found.filter(
    (problem) => !("package" in problem && /^(?:gcc-runtime|python-venv)@/.test(problem.package)),
  );
}

describe("viewHealth (unit)", () => {
  test.each(["demo", "demo-buildcache"])("finds nothing wrong with the view of %s", async (fixture) => {
    await using store = await unpackStore(fixture);
    const found = await health(store);
    expect(found.disk).toEqual({
      path: root,
      generationsFolder: "/opt/spack_store/._view",
      view: {
        state: "linked",
        target: `/opt/spack_store/._view/${generation}`,
        targetExists: true,
        generation,
      },
      generations: [generation],
    });
    expect(problems(found)).toEqual([]);
    expect(found.links).toBeGreaterThan(60);
  });

  test("names the links into a removed prefix, as the fixture lists them", async () => {
    await using store = await unpackStore("demo");
    const prefix = "linux-x86_64_v4/demo-base-1.3.0-jgi57zyec5746cub5ol7ohn7cusz7fle";
    await rm(path.join(store.folder, prefix), { recursive: true });
    const expected = readFileSync(spackFixture("damage", "dangling-view-links.txt"), "utf8")
      .trim()
      .split("\n");
    expect(problems(await health(store))).toEqual([
      {
        kind: "dangling",
        package: "demo-base@1.3.0/jgi57zyec5746cub5ol7ohn7cusz7fle",
        // The fixture's tarball has no environment logs.
        links: expected
          .map((link) => link.replace(/^view\//, ""))
          .filter((link) => !link.endsWith("spack-build-env.txt"))
          .sort(),
      },
    ]);
  });

  test("tells a view of another lock, links of packages that are not in it, and generations left behind", async () => {
    await using store = await unpackStore("demo");
    await mkdir(path.join(store.folder, "._view", "aaaa"));
    const found = problems(await health(store, { hash: "bbbb", without: "demo-cli" }));
    expect(found.map((problem) => ("links" in problem ? { ...problem, links: [] } : problem))).toEqual([
      { kind: "stale", path: root, expected: "bbbb", actual: generation },
      { kind: "left-over", path: "/opt/spack_store/._view/aaaa" },
      { kind: "foreign-links", package: "demo-cli@0.9.0/ja2p7h42qcgq53d7vmfa7ktnkyxtzot5", links: [] },
    ]);
    const links = found.flatMap((problem) => ("links" in problem ? problem.links : []));
    expect(links).toContain("bin/demo-cli");
  });

  test("tells a link that is gone, points to nothing, elsewhere, or gave way to a folder or file", async () => {
    await using store = await unpackStore("demo");
    const view = path.join(store.folder, "view");
    await unlink(view);
    expect(problems(await health(store))).toEqual([
      { kind: "missing", path: root },
      { kind: "left-over", path: `/opt/spack_store/._view/${generation}` },
    ]);
    await symlink("/opt/spack_store/._view/cccc", view);
    expect(problems(await health(store))).toMatchObject([
      { kind: "target-missing", target: "/opt/spack_store/._view/cccc" },
      { kind: "left-over" },
    ]);
    await unlink(view);
    await symlink("linux-x86_64_v4", view);
    expect(problems(await health(store))).toMatchObject([
      { kind: "foreign-target", target: "/opt/spack_store/linux-x86_64_v4" },
      { kind: "left-over" },
    ]);
    await unlink(view);
    await mkdir(view);
    expect(problems(await health(store))).toMatchObject([
      { kind: "occupied", by: "folder" },
      { kind: "left-over" },
    ]);
    await rm(view, { recursive: true });
    await writeFile(view, "");
    expect(problems(await health(store))).toMatchObject([
      { kind: "occupied", by: "file" },
      { kind: "left-over" },
    ]);
  });

  test("follows a relative link of the view as well", async () => {
    await using store = await unpackStore("demo");
    await unlink(path.join(store.folder, "view"));
    await symlink(`._view/${generation}`, path.join(store.folder, "view"));
    expect(problems(await health(store))).toEqual([]);
  });

  test("does not judge staleness without a hash, nor links that it is not to follow", async () => {
    await using store = await unpackStore("demo");
    const expected = { hash: undefined, packages: undefined, records: [] };
    const found = await viewHealth(root, expected, { paths: store.paths, links: false });
    expect(found).toMatchObject({ problems: [], links: undefined });
  });

  test("can be cancelled", async () => {
    await using store = await unpackStore("demo");
    const expected = { hash: undefined, packages: undefined, records: [] };
    const options = { paths: store.paths, signal: AbortSignal.abort() };
    await expect(viewHealth(root, expected, options)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("readView (unit)", () => {
  test("a path below a file is no view", async () => {
    await using store = await unpackStore("demo");
    await writeFile(path.join(store.folder, "file"), "");
    expect((await readView("/opt/spack_store/file/view", store.paths)).view).toEqual({ state: "missing" });
  });
});

describe("pathExists (unit)", () => {
  test("follows absolute links as the site does, and does not look where it cannot", async () => {
    await using store = await unpackStore("demo");
    const at = (name: string) => path.join(store.folder, name);
    await symlink("/opt/spack_store/linux-x86_64_v4", at("arch"));
    await symlink("/opt/spack_store/nothing", at("dangling"));
    await symlink("/usr/bin/env", at("outside"));
    await symlink("loop-b", at("loop-a"));
    await symlink("loop-a", at("loop-b"));
    await rename(at("linux-x86_64_v4"), at("real"));
    await symlink("/opt/spack_store/real", at("linux-x86_64_v4"));
    const ask = (name: string) => pathExists(`/opt/spack_store/${name}`, store.paths);
    expect(await ask("arch")).toBe(true);
    // Through two folders that are links of the site.
    expect(await ask("arch/demo-base-1.3.0-jgi57zyec5746cub5ol7ohn7cusz7fle/include/demo_base.h")).toBe(true);
    expect(await ask("arch/none")).toBe(false);
    expect(await ask("dangling")).toBe(false);
    expect(await ask("outside")).toBeUndefined();
    expect(await ask("loop-a")).toBe(false);
    expect(await pathExists(at("outside"), samePaths)).toBe(true);
    expect(await pathExists(at("dangling"), samePaths)).toBe(false);
  });
});

describe("viewConflicts (unit)", () => {
  const views = (environment: string, view: unknown) =>
    viewsAskedFor(view, environment, host).map((descriptor) => ({
      environment,
      descriptor,
    }));
  const conflicts = (...owned: ReturnType<typeof views>[]) =>
    viewConflicts(owned.flat()).map(({ kind, path: at, views: found }) => [
      kind,
      at,
      found.map(({ environment, descriptor }) => `${environment} ${descriptor.name}`),
    ]);

  test("finds one root under several names, of one environment too, and one inside another", () => {
    expect(conflicts(views("/e/a", "/v"), views("/e/b", "/v/"), views("/e/c", "../../x/../v"))).toEqual([
      ["same", "/v", ["/e/a default", "/e/b default", "/e/c default"]],
    ]);
    expect(conflicts(views("/e/a", { one: "/v", two: { root: "/v", link: "roots" } }))).toEqual([
      ["same", "/v", ["/e/a one", "/e/a two"]],
    ]);
    expect(conflicts(views("/e/a", "/v"), views("/e/b", "/v/deep"), views("/e/c", "/view"))).toEqual([
      ["nested", "/v", ["/e/a default", "/e/b default"]],
    ]);
  });

  test("is content with views of their own", () => {
    expect(conflicts(views("/e/a", true), views("/e/b", true), views("/e/c", false))).toEqual([]);
  });
});
