import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import type { ProjectConfig } from "./config.ts";
import { homeFolder, resolvePath } from "./home-path.ts";
import type { Environment } from "./overrides.ts";

/** Where portable files keep storage (ADR 3), unless the variable says otherwise. */
export const portableStorageRoot = "/var/tmp/sygaldry";

type StorageName =
  | "monorepo_home"
  | "spack_store"
  | "bazel_cache"
  | "bazel_output"
  | "hf_cache"
  | "config"
  | "logs";

/** One folder of a project's persistent storage. */
export interface StorageMount {
  readonly name: StorageName;
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readonly: boolean;
}

export interface StorageRoot {
  readonly path: string;
  /** Where the choice comes from, for people: `sygaldry.yaml:3:5`, `environment SYGALDRY_CONTAINER_ROOT` … */
  readonly reason: string;
}

/** The shared folder of sites that run Sygaldry's predecessor. */
const sharedRoot = "/mnt/data_infra/zephyr_container_infra";

/**
 * The folder that holds the projects' storage: `storage.root` (file, environment or flag), else the shared folder where it
 * exists and is writable, else `$XDG_DATA_HOME/sygaldry`, else `~/.local/share/sygaldry`.
 */
export async function storageRoot(
  project: ProjectConfig,
  environment: Environment,
  shared: string = sharedRoot,
): Promise<StorageRoot> {
  const setting = project.config.storage.root;
  if (setting !== undefined) {
    return {
      path: resolvePath(setting, project.root, environment),
      reason: project.origin(["storage", "root"]).text,
    };
  }
  return unconfiguredStorageRoot(environment, shared);
}

/** The same, where no configuration says anything. */
export async function unconfiguredStorageRoot(
  environment: Environment,
  shared: string = sharedRoot,
): Promise<StorageRoot> {
  if (await isWritableFolder(shared))
    return { path: shared, reason: "the shared folder is there and writable" };
  // The XDG base directory specification has relative paths ignored.
  const data = environment["XDG_DATA_HOME"];
  return data !== undefined && path.isAbsolute(data)
    ? { path: path.join(data, "sygaldry"), reason: "environment XDG_DATA_HOME" }
    : { path: path.join(homeFolder(environment), ".local/share/sygaldry"), reason: "default" };
}

/** The folder that belongs to one project. */
export function projectDirectory(root: string, id: string): string {
  return path.join(root, id);
}

/**
 * The storage contract: what is mounted where, in a fixed order. `storage.mounts` may name another folder for each;
 * Bazel's output root stays per checkout even there, because containers that share one end each other's server.
 */
export function storageLayout(
  { config, root: folder }: ProjectConfig,
  id: string,
  checkoutKey: string,
  root: string,
  environment: Environment = {},
): readonly StorageMount[] {
  const targets: readonly (readonly [StorageName, string])[] = [
    ["monorepo_home", `/home/${config.user.name}`],
    ["spack_store", "/opt/spack_store"],
    ["bazel_cache", "/opt/bazel_cache"],
    ["bazel_output", "/opt/bazel_output"],
    ["hf_cache", "/opt/hf_cache"],
    ["config", "/config"],
    ["logs", "/opt/sygaldry/logs"],
  ];
  return targets.map(([name, target]) => {
    const own = config.storage.mounts[name];
    const source =
      own === undefined ? path.join(projectDirectory(root, id), name) : resolvePath(own, folder, environment);
    return {
      name,
      source: name === "bazel_output" ? path.join(source, checkoutKey) : source,
      target,
      readonly: name === "config",
    };
  });
}

async function isWritableFolder(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return (await stat(folder)).isDirectory();
  } catch {
    return false;
  }
}
