import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { sha256File } from "../../extension/core/base/files.ts";
import { processRunner, runChecked } from "../../extension/core/base/process.ts";
import { hereSite } from "../../extension/core/site/here.ts";
import type { Site } from "../../extension/core/site/site.ts";
import { concretizeCommand } from "../../extension/core/spack/run/commands.ts";
import { runSpackChecked } from "../../extension/core/spack/run/run-spack.ts";
import { inRepository } from "./paths.ts";
import { runId } from "./run-id.ts";
import { spackRoot } from "./spack-root.ts";

/** A store, configuration and package repositories of a test's own, for the real Spack of this machine. */
export interface SpackPlace extends AsyncDisposable {
  readonly folder: string;
  readonly spack: string;
  readonly site: Site;
  /** What Spack gets as environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Another store with a path of the same length, for which packages of a build cache need no patchelf. */
  withStore(name: string, mirrors?: Readonly<Record<string, string>>): Promise<SpackPlace>;
  readonly store: string;
  /** Writes spack.yaml below the folder and returns the environment's path. */
  environmentOf(name: string, settings: Readonly<Record<string, unknown>>): Promise<string>;
  concretize(environment: string): Promise<void>;
  /** Hash → prefix of all that the store has. */
  installed(): Promise<ReadonlyMap<string, string>>;
}

export async function createSpackPlace(): Promise<SpackPlace> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`)));
  await copyRepositories(folder);
  return placeAt(folder, "store", {});
}

async function placeAt(
  folder: string,
  name: string,
  mirrors: Readonly<Record<string, string>>,
): Promise<SpackPlace> {
  const root = spackRoot() ?? "";
  const store = path.join(folder, name);
  const environment = {
    ...process.env,
    ...{ SPACK_ROOT: root, SPACK_USER_CONFIG_PATH: await configure(folder, name, mirrors) },
    ...{ SPACK_ENV: undefined, SPACK_ENV_VIEW: undefined },
  };
  const site = hereSite("local", processRunner, environment);
  // Spack must never see the environment of the tests themselves.
  const local: Site = {
    ...site,
    run: (command, options) => site.run({ ...command, env: { ...command.env } }, options),
  };
  const spack = path.join(root, "bin/spack");
  return {
    ...{ folder, store, spack, site: local, environment },
    withStore: (other, given = {}) => placeAt(folder, other, given),
    environmentOf: (own, settings) => writeEnvironment(folder, own, settings),
    concretize: async (own) => void (await runSpackChecked(local, concretizeCommand(spack, own))),
    installed: () => installedIn(store),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** The user's configuration (externals, repositories), with a store and stages of the test's own. */
async function configure(
  folder: string,
  name: string,
  mirrors: Readonly<Record<string, string>>,
): Promise<string> {
  const target = path.join(folder, `config-${name}`);
  const users = process.env["SPACK_USER_CONFIG_PATH"];
  await mkdir(target);
  if (users !== undefined && existsSync(users)) await cp(users, target, { recursive: true });
  const config = {
    install_tree: { root: path.join(folder, name) },
    build_stage: [path.join(folder, "stage")],
    source_cache: path.join(folder, "sources"),
    test_stage: path.join(folder, "tests"),
  };
  await writeFile(path.join(target, "config.yaml"), JSON.stringify({ config }));
  const entries = Object.entries(mirrors).map(([mirror, url]) => [mirror, { url, signed: false }]);
  await writeFile(
    path.join(target, "mirrors.yaml"),
    JSON.stringify({ "mirrors:": Object.fromEntries(entries) }),
  );
  return target;
}

/** Both repositories of the fixtures, with a source archive for demo-patched. */
async function copyRepositories(folder: string): Promise<void> {
  const repositories = path.join(folder, "repositories");
  await cp(inRepository("test/fixtures/spack/demo/package-repo"), repositories, { recursive: true });
  await cp(inRepository("test/fixtures/spack/run-repo"), repositories, { recursive: true });
  const sources = path.join(folder, "src/demo-patched-2.0");
  await mkdir(sources, { recursive: true });
  await writeFile(path.join(sources, "iface.h"), "#pragma once\nint demo_iface_version(void);\n");
  const archive = `${sources}.tar.gz`;
  await runChecked(processRunner, {
    command: "tar",
    args: ["-C", path.dirname(sources), "-czf", archive, path.basename(sources)],
  });
  await replaceIn(path.join(repositories, "spack_repo/demo/packages/demo_patched/package.py"), [
    ["/opt/demo-spack-repo/src", path.dirname(archive)],
    [/sha256="[0-9a-f]{64}"/, `sha256="${await sha256File(archive)}"`],
  ]);
  await replaceIn(path.join(repositories, "spack_repo/more/packages/demo_slow/package.py"), [
    ["/opt/demo/seconds", path.join(folder, "seconds")],
  ]);
  await writeFile(path.join(folder, "seconds"), "0\n");
}

async function replaceIn(
  file: string,
  changes: readonly (readonly [string | RegExp, string])[],
): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    changes.reduce((before, [from, to]) => before.replace(from, to), text),
  );
}

async function writeEnvironment(
  folder: string,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const target = path.join(folder, "environments", name);
  await mkdir(target, { recursive: true });
  const repos = Object.fromEntries(
    ["demo", "more"].map((own) => [own, path.join(folder, "repositories/spack_repo", own)]),
  );
  const spack = { repos, concretizer: { unify: true, reuse: false }, view: false, ...settings };
  await writeFile(path.join(target, "spack.yaml"), JSON.stringify({ spack }));
  return target;
}

const database = z.object({
  database: z.object({
    installs: z.record(z.string(), z.object({ installed: z.boolean(), path: z.string().nullish() })),
  }),
});

async function installedIn(store: string): Promise<ReadonlyMap<string, string>> {
  const file = path.join(store, ".spack-db/index.json");
  if (!existsSync(file)) return new Map();
  const { installs } = database.parse(JSON.parse(await readFile(file, "utf8"))).database;
  return new Map(
    Object.entries(installs).flatMap(([hash, { installed, path: prefix }]) =>
      installed && prefix ? [[hash, prefix] as const] : [],
    ),
  );
}
