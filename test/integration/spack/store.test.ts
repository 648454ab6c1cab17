import { appendFile, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installHistory } from "../../../extension/core/spack/buildcache/install-history.ts";
import type { Mirror } from "../../../extension/core/spack/buildcache/mirror.ts";
import { openBuildCache } from "../../../extension/core/spack/buildcache/open-build-cache.ts";
import {
  type BuildDependencies,
  planInstall,
} from "../../../extension/core/spack/buildcache/plan-install.ts";
import type { Lockfile } from "../../../extension/core/spack/lockfile/lockfile.ts";
import { readLockfile } from "../../../extension/core/spack/lockfile/read-lockfile.ts";
import { installCommand, pushCommand } from "../../../extension/core/spack/run/commands.ts";
import { runSpackChecked } from "../../../extension/core/spack/run/run-spack.ts";
import type { StoreDatabase } from "../../../extension/core/spack/store/database.ts";
import { activeFailures, readFailures } from "../../../extension/core/spack/store/failures.ts";
import { readInstallDetails } from "../../../extension/core/spack/store/install-details.ts";
import { readDatabase } from "../../../extension/core/spack/store/read-database.ts";
import { verifyInstall } from "../../../extension/core/spack/store/verify/verify-install.ts";
import { viewHash } from "../../../extension/core/spack/view/view-hash.ts";
import { viewHealth } from "../../../extension/core/spack/view/view-health.ts";
import { viewSpecs } from "../../../extension/core/spack/view/view-specs.ts";
import { startRegistry } from "../../support/registry.ts";
import { requires } from "../../support/requirements.ts";
import { createSpackPlace, type SpackPlace } from "../../support/spack-place.ts";
import { viewsAskedFor } from "../../support/spack-views.ts";
import { serveFolder, startWebServer } from "../../support/web-server.ts";
import { host } from "../../unit/core/spack/manifest/host.ts";

requires("linux", "spack")("stores and build caches of the real Spack (integration)", () => {
  let place: SpackPlace;
  let demo = "";
  let cache = "";
  let lock: Lockfile;
  const view = {
    all: { root: "../../views/all" },
    some: { root: "../../views/some", link: "run", exclude: ["demo-math"] },
  };

  beforeAll(async () => {
    place = await createSpackPlace();
    demo = await place.environmentOf("demo", { specs: ["demo-cli", "py-demo-stats"], view });
    cache = path.join(place.folder, "cache");
    await place.concretize(demo);
    const read = await readLockfile(path.join(demo, "spack.lock"));
    if (read === undefined) throw new Error("no lock");
    lock = read.lock;
    await install(place);
    await push(place, cache);
  });
  afterAll(async () => place?.[Symbol.asyncDispose]());

  const install = (at: SpackPlace, options: { readonly cache?: "only" } = {}) =>
    runSpackChecked(at.site, installCommand(at.spack, demo, { unsigned: true, ...options }));
  const push = (at: SpackPlace, mirror: string) =>
    runSpackChecked(
      at.site,
      pushCommand(at.spack, demo, { mirror, sign: false, updateIndex: true, buildDependencies: true }),
    );

  async function databaseOf(at: SpackPlace): Promise<StoreDatabase> {
    const database = await readDatabase(at.store);
    if (database === undefined) throw new Error("no database");
    return database;
  }

  async function damagesOf(at: SpackPlace): Promise<readonly string[]> {
    const database = await databaseOf(at);
    const found: string[] = [];
    for (const record of database.records.values()) {
      const prefixOf = (hash: string) => database.records.get(hash)?.prefix;
      const { state, damages, unchecked } = await verifyInstall(record, { root: at.store, prefixOf });
      found.push(
        ...damages.map(({ kind, path: file }) => `${kind} ${path.relative(record.prefix ?? "", file)}`),
      );
      expect(unchecked).toEqual([]);
      expect(state === "skipped").toBe(record.external || !record.installed);
    }
    return found;
  }

  /** How many packages a plan takes from caches, with what each cache says of the lock. */
  async function planned(mirror: Pick<Mirror, "url" | "signed">, buildDependencies: BuildDependencies) {
    const opened = openBuildCache({ name: "m", credentials: { kind: "none" }, ...mirror });
    const answer = await opened.has([...lock.nodes.values()]);
    const caches = [{ name: "m", answer }];
    const history = installHistory([]);
    return planInstall({ lock, isInstalled: () => false, caches, history, buildDependencies }).counts;
  }

  it("reads what Spack has installed, and finds it intact and built from source", async () => {
    const database = await databaseOf(place);
    expect([...database.records.keys()].sort()).toEqual([...lock.nodes.keys()].sort());
    const explicit = [...database.records.values()].filter((record) => record.explicit);
    expect(explicit.map(({ name }) => name).sort()).toEqual(["demo-cli", "py-demo-stats"]);
    expect(await damagesOf(place)).toEqual([]);
    for (const { prefix = "", external } of database.records.values()) {
      if (!external)
        expect(await readInstallDetails(prefix)).toMatchObject({ origin: "source", problems: [] });
    }
  });

  it("computes the views that Spack made, and finds them healthy", async () => {
    const database = await databaseOf(place);
    const descriptors = viewsAskedFor(view, demo, host);
    expect(descriptors).toHaveLength(2);
    for (const descriptor of descriptors) {
      const nodes = viewSpecs(descriptor, lock, {
        isInstalled: (hash) => database.records.get(hash)?.installed === true,
        satisfies: (node, spec) => node.name === spec,
      });
      const hash = viewHash(descriptor, nodes, lock, (of) => database.records.get(of)?.prefix ?? "");
      const packages = new Set(nodes.map((node) => node.hash));
      const health = await viewHealth(descriptor.path, {
        hash,
        packages,
        records: database.records.values(),
      });
      expect(health.problems).toEqual([]);
      expect(health.links).toBeGreaterThan(10);
    }
  });

  it("plans what an install from a cache then does, and finds what was relocated intact", async () => {
    const url = `file://${cache}`;
    for (const [name, options, buildDependencies] of [
      ["stor2", { cache: "only" }, "none"],
      ["stor3", {}, "all"],
    ] as const) {
      const { cache: expected } = await planned({ url, signed: false }, buildDependencies);
      const other = await place.withStore(name, { local: url });
      await install(other, options);
      const database = await databaseOf(other);
      const installed = [...database.records.values()].filter(
        (record) => record.installed && !record.external,
      );
      expect(installed).toHaveLength(expected);
      for (const { prefix = "" } of installed) {
        expect(await readInstallDetails(prefix)).toMatchObject({ origin: "cache", problems: [] });
      }
      expect(await damagesOf(other)).toEqual([]);
    }
  });

  it("names what was done to an install from a cache, of relocated files too", async () => {
    const other = await place.withStore("stor4", { local: `file://${cache}` });
    await install(other, { cache: "only" });
    const records = [...(await databaseOf(other)).records.values()];
    const prefixOf = (name: string) => records.find((record) => record.name === name)?.prefix ?? "";
    const program = path.join(prefixOf("demo-cli"), "bin/demo-cli");
    const content = await readFile(program);
    expect(content.includes(other.store)).toBe(true);
    await appendFile(program, "x");
    await appendFile(path.join(prefixOf("demo-math"), "lib/pkgconfig/demo_math.pc"), "x");
    await rm(prefixOf("demo-patched"), { recursive: true });
    expect([...(await damagesOf(other))].sort()).toEqual([
      "content bin/demo-cli",
      "content lib/pkgconfig/demo_math.pc",
      "prefix-missing ",
    ]);
  });

  it("sees in a folder and over HTTP what Spack pushed, and that it is not signed", async () => {
    await using server = await startWebServer(serveFolder(cache));
    for (const url of [cache, server.origin]) {
      expect(await planned({ url, signed: false }, "all")).toMatchObject({ cache: 9, source: 0 });
      expect(await planned({ url, signed: true }, "all")).toMatchObject({ cache: 0, source: 9 });
    }
    await rm(path.join(cache, "v3/manifests/index"), { recursive: true });
    expect(await planned({ url: server.origin, signed: false }, "all")).toMatchObject({
      cache: 9,
      source: 0,
    });
  });

  it("finds the mark and the log of a build that failed", async () => {
    const failing = await place.environmentOf("failing", { specs: ["demo-fail"] });
    await place.concretize(failing);
    await expect(runSpackChecked(place.site, installCommand(place.spack, failing, {}))).rejects.toThrow();
    const failures = await readFailures(place.store, { stages: [path.join(place.folder, "stage")] });
    expect(activeFailures(failures, await databaseOf(place))).toMatchObject([
      {
        name: "demo-fail",
        version: "0.1",
        log: { state: "there", files: [expect.stringContaining("spack-build-out.txt")] },
      },
    ]);
  });

  requires("docker-registry")("in a real registry", () => {
    it("sees what Spack pushed", async () => {
      await using registry = await startRegistry();
      const url = `oci+http://${registry.host}/Demo/BuildCache`;
      await push(place, url);
      expect(await planned({ url, signed: true }, "all")).toMatchObject({ cache: 9, source: 0 });
    });
  });
});
