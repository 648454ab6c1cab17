import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPythonEnvironment } from "../../../../extension/core/python/read-python-environment.ts";
import { samePaths } from "../../../../extension/core/site/paths.ts";
import { parseLockfile, readLockfile } from "../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { readDatabase } from "../../../../extension/core/spack/store/read-database.ts";
import { spackFixture } from "../../../support/spack-fixtures.ts";
import { fixtureStoreRoot, unpackStore } from "../../../support/spack-store.ts";
import {
  installSynthetic,
  prefixOf,
  type SyntheticPackage,
  syntheticLock,
} from "../../../support/synthetic-store.ts";

const site = "lib/python3.11/site-packages";

describe("the Python of a Spack environment (unit)", () => {
  it("is read from a host that sees a container's store under another path", async () => {
    await using store = await unpackStore("demo");
    const lock = await readLockfile(spackFixture("demo", "spack.lock"));
    const database = await readDatabase(fixtureStoreRoot, { paths: store.paths });
    const environment = await readPythonEnvironment({
      ...{
        name: "demo",
        folder: "/w",
        lock: lock?.lock,
        view: `${fixtureStoreRoot}/view`,
        paths: store.paths,
      },
      databases: database ? [database] : [],
    });
    expect(environment.python).toMatchObject({ series: "3.11", external: true });
    expect(environment.paths[0]).toMatch(/^\/opt\/spack_store\/view\/lib\/python3\.11\/site-packages$/);
    expect(environment.distributions).toMatchObject([
      {
        ...{ name: "demo-stats", version: "1.0.2", from: "dist-info", modules: ["demo_stats"] },
        owner: {
          name: "py-demo-stats",
          version: "1.0.2",
          prefix: expect.stringMatching(/^\/opt\/spack_store\//),
        },
      },
    ]);
    expect(environment).toMatchObject({ hidden: [], outside: [], foreign: [], missing: [], problems: [] });
  });
});

describe("the Python of a synthetic environment (unit)", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sygaldry-pyenv-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const python: SyntheticPackage = { name: "python", version: "3.11.7", external: "/usr" };
  const dependencies = [{ on: python, types: ["build", "run"] as const }];
  const packageOf = (
    name: string,
    version: string,
    files: Readonly<Record<string, string>>,
  ): SyntheticPackage => ({
    ...{ name, version, dependencies, files },
  });
  const distribution = (name: string, version: string) => ({
    [`${site}/${name}-${version}.dist-info/METADATA`]: `Name: ${name}\nVersion: ${version}\n`,
    [`${site}/${name}-${version}.dist-info/RECORD`]: `${name}/__init__.py,,\n`,
    [`${site}/${name}/__init__.py`]: "",
  });

  async function read(roots: readonly SyntheticPackage[], view?: string) {
    await installSynthetic(folder, roots, async () => {});
    const database = await readDatabase(folder);
    return readPythonEnvironment({
      ...{
        name: "e",
        folder: "/w",
        view,
        paths: samePaths,
        lock: parseLockfile(syntheticLock(roots), "spack.lock").lock,
      },
      databases: database ? [database] : [],
    });
  }

  it("has of two versions the one that the view links to, and names what is beside", async () => {
    const [one, other] = ["1.0", "2.0"].map((version) =>
      packageOf("py-a", version, distribution("a", version)),
    );
    const extra = packageOf("py-b", "1.0", distribution("b", "1.0"));
    if (one === undefined || other === undefined) throw new Error("two packages");
    await installSynthetic(folder, [one, other, extra], async () => {});
    const view = path.join(folder, "view", site);
    await mkdir(path.join(view, "a"), { recursive: true });
    await symlink(path.join(prefixOf(folder, one), site, "a/__init__.py"), path.join(view, "a/__init__.py"));
    for (const each of [one, other]) {
      const info = `a-${each.version}.dist-info`;
      await cp(path.join(prefixOf(folder, each), site, info), path.join(view, info), { recursive: true });
    }
    await mkdir(path.join(view, "six-1.16.0.dist-info"));
    const found = await read([one, other, extra], path.join(folder, "view"));
    expect(found.distributions.map(({ name, version }) => [name, version])).toEqual([["a", "1.0"]]);
    expect(found.hidden.map(({ version }) => version)).toEqual(["2.0"]);
    expect(found.outside.map(({ name }) => name)).toEqual(["b"]);
    expect(found.foreign).toEqual(["six-1.16.0.dist-info"]);
    expect(found.paths).toEqual([view]);
  });

  it("is that of the prefixes without a view; a package without metadata is known by its own name", async () => {
    const bare = packageOf("py-Foo_bar", "1.2.0", { [`${site}/foo_bar.py`]: "" });
    const plain = packageOf("zlib", "1.3", { "lib/libz.so": "" });
    const whole = packageOf("py-a", "1.0", distribution("a", "1.0"));
    const found = await read([bare, plain, { ...whole, state: "absent" }]);
    expect(found.distributions).toMatchObject([
      { name: "foo-bar", displayName: "Foo_bar", version: "1.2.0", from: "package", modules: ["foo_bar"] },
    ]);
    expect(found.paths).toEqual([path.join(prefixOf(folder, bare), site)]);
    expect(found.missing.map(({ name }) => name)).toEqual(["py-a"]);
  });

  it("is none where the environment has no Python, or was never solved", async () => {
    const found = await read([{ name: "zlib", version: "1.3", files: { "lib/x": "" } }]);
    expect(found).toMatchObject({ python: undefined, distributions: [] });
    const source = {
      name: "e",
      folder: "/w",
      view: undefined,
      paths: samePaths,
      lock: undefined,
      databases: [],
    };
    expect((await readPythonEnvironment(source)).python).toBeUndefined();
  });
});
