import {
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sha256 } from "../../extension/core/base/files.ts";
import { processRunner, runChecked } from "../../extension/core/base/process.ts";
import { type SygaldryResult, sygaldry } from "./cli.ts";
import { runId } from "./run-id.ts";
import { installSynthetic, prefixOf, type SyntheticPackage, syntheticLock } from "./synthetic-store.ts";
import { basePython, uvFolder, wheelOf } from "./uv.ts";

/** A Spack environment whose packages are real wheels of the index, installed by the machine's pip; and uv projects beside it. */
export interface PythonPlace extends AsyncDisposable {
  readonly folder: string;
  readonly environment: string;
  readonly view: string;
  /** Solves and installs the environment: these distributions, by name and version. */
  install(packages: Readonly<Record<string, string>>): Promise<void>;
  /** Solves it and installs nothing. */
  solve(packages: Readonly<Record<string, string>>): Promise<void>;
  prefixOf(name: string, version: string): string;
  /** A project with this pyproject.toml and other files. */
  project(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** `sygaldry python …` in a folder. */
  python(cwd: string, ...args: readonly string[]): Promise<SygaldryResult>;
  /** Any command, with the settings of `sygaldry python env`. */
  run(
    cwd: string,
    ...argv: readonly string[]
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
  /** A file of uv's own cache that holds a module of this name, if there is one. */
  cached(module: string): Promise<string | undefined>;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export async function createPythonPlace(): Promise<PythonPlace> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`)));
  const store = path.join(folder, "store");
  const environment = path.join(folder, "environment");
  const view = path.join(store, "view");
  const cache = path.join(folder, "uv-cache");
  const variables = {
    ...{ PATH: `${uvFolder()}:${process.env["PATH"]}`, UV_CACHE_DIR: cache, HOME: folder },
    ...{ SYGALDRY_PYTHON_INDEX: path.join(folder, "index"), SPACK_ENV: undefined, SPACK_ENV_VIEW: undefined },
    ...{ UV_EXTRA_INDEX_URL: undefined, UV_PYTHON: undefined, VIRTUAL_ENV: undefined, SPACK_ROOT: undefined },
  };
  await mkdir(environment, { recursive: true });
  const config = { install_tree: { root: store } };
  await writeFile(
    path.join(environment, "spack.yaml"),
    JSON.stringify({ spack: { specs: [], view, config } }),
  );
  const python = (cwd: string, ...args: readonly string[]) =>
    sygaldry(["python", ...args], { cwd, env: variables });
  const solve = async (packages: Readonly<Record<string, string>>) => {
    await writeFile(path.join(environment, "spack.lock"), syntheticLock(rootsOf(packages)));
  };
  return {
    ...{ folder, environment, view, python, variables, solve },
    install: async (packages) => {
      await solve(packages);
      const roots = rootsOf(packages);
      await installSynthetic(store, roots, async (script, cwd) => {
        await runChecked(processRunner, { command: "sh", args: ["-ec", script], cwd });
      });
      await linkView(
        view,
        roots.map((each) => prefixOf(store, each)),
      );
    },
    prefixOf: (name, version) => prefixOf(store, rootsOf({ [name]: version })[0] ?? base()),
    project: async (name, files) => {
      for (const [file, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(folder, name, file)), { recursive: true });
        await writeFile(path.join(folder, name, file), text);
      }
      return path.join(folder, name);
    },
    run: async (cwd, ...argv) => {
      const script = 'eval "$("$0" "$1" python env "$2")"; shift 2; exec "$@"';
      const cli = path.resolve("dist/cli.cjs");
      const args = ["-ec", script, process.execPath, cli, environment, ...argv];
      return processRunner.run({ command: "sh", args, cwd, env: { ...process.env, ...variables } });
    },
    cached: async (module) => {
      const files = await readdir(cache, { recursive: true }).catch(() => []);
      return files.find((file) => file.endsWith(`/${module}/__init__.py`));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

function base(): SyntheticPackage {
  const { prefix, version } = basePython();
  return { name: "python", version, external: prefix };
}

function rootsOf(packages: Readonly<Record<string, string>>): readonly SyntheticPackage[] {
  return Object.entries(packages).map(([name, version]) => ({
    ...{ name: `py-${name}`, version, dependencies: [{ on: base(), types: ["build", "run"] as const }] },
    build: `python3 -m pip install --quiet --no-deps --no-index --ignore-installed --no-warn-script-location --prefix "$PWD" '${wheelOf(name, version)}'`,
  }));
}

/** As Spack makes a view: folders, links to every file, and one link that is replaced. */
async function linkView(view: string, prefixes: readonly string[]): Promise<void> {
  const generation = path.join(path.dirname(view), "._view", sha256(prefixes.join("\n")).slice(0, 32));
  await rm(generation, { recursive: true, force: true });
  for (const prefix of prefixes) await linkAll(prefix, generation);
  const before = await readlink(view).catch(() => undefined);
  await symlink(generation, `${view}.new`);
  await rename(`${view}.new`, view);
  if (before !== undefined && before !== generation) await rm(before, { recursive: true });
}

async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkAll(source, target);
    else await symlink(source, target);
  }
}
