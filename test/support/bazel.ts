import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ProcessResult, processRunner, runChecked } from "../../extension/core/base/process.ts";
import { writeRegistry } from "./bazel-registry.ts";
import { bazelImage, docker, startContainer, tryDocker } from "./docker.ts";
import { inRepository } from "./paths.ts";
import { runId } from "./run-id.ts";
import { spackFixture } from "./spack-fixtures.ts";
import { fixtureStoreRoot } from "./spack-store.ts";

/** A real Bazel in a container without a network. Its folder is at one path on both sides. */
export interface Bazel extends AsyncDisposable {
  /** An empty folder for workspaces and stores. */
  readonly folder: string;
  /** Of the container. */
  readonly id: string;
  /** For PATH: a `bazel` that runs in the container, as whoever calls it, where it is called. */
  readonly programs: string;
  /** Runs `argv` in the container, whatever its exit code. */
  exec(argv: readonly string[], cwd?: string): Promise<ProcessResult>;
  /** A workspace below the folder; `.bazelrc` is made so that nothing asks for a network. */
  workspace(name: string, files: Readonly<Record<string, string>>): Promise<BazelWorkspace>;
  /** A copy below the folder of a workspace that has a `.bazelrc` of its own; the user's has those options. Returns its path. */
  copy(source: string): Promise<string>;
}

export interface BazelWorkspace {
  readonly path: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  bazel(...args: readonly string[]): Promise<ProcessResult>;
  /** Builds one target and runs it; its output. Throws when either fails. */
  run(target: string): Promise<string>;
}

/** What the workspace's MODULE.bazel says first. */
export const rulesModule = `
bazel_dep(name = "sygaldry_spack", version = "0.1.0")
local_path_override(module_name = "sygaldry_spack", path = "/rules")
spack = use_extension("@sygaldry_spack//:extensions.bzl", "spack")
`;

/** Prints what Bazel's own modules name, and nothing here uses. */
export const ownModules: readonly string[] = [
  ...["sh", "-c", "cat /usr/share/bazel/embedded_tools/MODULE.bazel /usr/share/bazel/*/*/MODULE.bazel"],
];

/** The demo store of the fixtures is at its own path in it. */
export async function startBazel(): Promise<Bazel> {
  const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const store = path.join(folder, "demo-store");
  await mkdir(store);
  await runChecked(processRunner, {
    command: "tar",
    args: ["-C", store, "--strip-components=1", "-xzf", spackFixture("demo", "store.tar.gz")],
  });
  // A copy: Bazel must be able to read it wherever this repository lies.
  await cp(inRepository("templates/bazel/spack"), path.join(folder, "rules"), { recursive: true });
  const mounts = { [folder]: folder, [store]: fixtureStoreRoot, [path.join(folder, "rules")]: "/rules" };
  const args = Object.entries(mounts).flatMap(([from, to]) => ["-v", `${from}:${to}`]);
  const id = await startContainer(bazelImage, ["sleep", "infinity"], { args: ["--network=none", ...args] });
  const exec = (argv: readonly string[], cwd = folder) => tryDocker(["exec", "-w", cwd, id, ...argv]);
  await writeRegistry(path.join(folder, "registry"), (await exec(ownModules)).stdout);
  return {
    ...{ folder, id },
    programs: await writeProgram(path.join(folder, "programs"), id),
    exec,
    workspace: (name, files) => createWorkspace(folder, name, files, exec),
    copy: (source) => copyWorkspace(folder, source, exec),
    [Symbol.asyncDispose]: async () => {
      // Whoever runs this, what root made in the container only root removes.
      await exec(["sh", "-c", `rm -rf "${folder}"/*`]);
      await docker(["rm", "-f", id]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeProgram(folder: string, id: string): Promise<string> {
  const home = path.join(folder, "home");
  await mkdir(home, { recursive: true });
  const run = `docker exec -u "$(id -u):$(id -g)" -e HOME="${home}" -e USER=user -w "$PWD" ${id} bazel "$@"`;
  await writeFile(path.join(folder, "bazel"), `#!/bin/sh\nexec ${run}\n`, { mode: 0o755 });
  return folder;
}

async function createWorkspace(
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
  exec: Bazel["exec"],
): Promise<BazelWorkspace> {
  const root = path.join(folder, name);
  const write = async (more: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(more)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
  };
  await write({
    ".bazelrc": `${options(folder)}${files["WORKSPACE"] ? workspaceOptions : moduleOptions}`,
    ...files,
  });
  const bazel = (...args: readonly string[]) =>
    exec(
      [
        "bazel",
        "--max_idle_secs=600",
        ...args,
        ...(args[0] === "shutdown" ? [] : ["--color=no", "--curses=no"]),
      ],
      root,
    );
  const run = async (target: string) => {
    const { exitCode, stdout, stderr } = await bazel("run", target);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  return { path: root, write, bazel, run };
}

async function copyWorkspace(folder: string, source: string, exec: Bazel["exec"]): Promise<string> {
  const root = path.join(folder, path.basename(source));
  await cp(source, root, { recursive: true, dereference: true });
  await writeRegistry(path.join(folder, "registry"), await readFile(path.join(root, "MODULE.bazel"), "utf8"));
  const quiet = "startup --max_idle_secs=600\ncommon --color=no --curses=no\n";
  const user = `${quiet}${options(folder)}${moduleOptions}`;
  await exec(["sh", "-c", 'printf %s "$1" >"$HOME/.bazelrc"', "sh", user]);
  return root;
}

const options = (folder: string) => `common --registry=file://${folder}/registry
build --disk_cache=${folder}/disk-cache
`;

// The distribution's own modules serve bzlmod by its /etc/bazel/bazelrc; a WORKSPACE needs to be told.
const moduleOptions = "common --noenable_workspace\n";
const systemRules = { rules_cc: "rules/cc", rules_python: "rules/python", rules_java: "rules/java" };
const systemTools = {
  platforms: "tools/platforms",
  bazel_skylib: "tools/skylib",
  bazel_features: "tools/features",
};
/** Settings with which the distribution's Bazel builds by a WORKSPACE. */
export const workspaceOptions = `common --noenable_bzlmod --enable_workspace
${Object.entries({ ...systemRules, ...systemTools, rules_license: "rules/license" })
  .map(([name, at]) => `common --override_repository=${name}=/usr/share/bazel/${at}\n`)
  .join("")}`;
