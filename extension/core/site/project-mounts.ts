import path from "node:path";
import { type LoadOptions, loadConfig } from "../project/config.ts";
import { resolvePath } from "../project/home-path.ts";
import { checkoutKey, projectId } from "../project/identity.ts";
import type { Environment } from "../project/overrides.ts";
import { portableStorageRoot, storageLayout, storageRoot } from "../project/storage.ts";
import type { SiteMount } from "./mounts.ts";

/**
 * What the project's container has of this machine: storage, the workspace, further mounts.
 * Throws what loadConfig throws.
 */
export async function projectMounts(
  load: LoadOptions,
  environment: Environment,
): Promise<{ readonly root: string; readonly mounts: readonly SiteMount[] }> {
  const project = await loadConfig({ environment, ...load });
  const { config, root } = project;
  const id = projectId(project);
  const storage =
    config.devcontainer.mode === "portable"
      ? environment["SYGALDRY_CONTAINER_ROOT"] || portableStorageRoot
      : (await storageRoot(project, environment)).path;
  const own = config.mounts.map((mount) => {
    const [source = "", target = ""] =
      typeof mount === "string" ? mount.split(":") : [mount.source, mount.target];
    return { source: resolvePath(source, root, environment), target };
  });
  const stored = storageLayout(project, id, await checkoutKey(root), storage, environment);
  return { root, mounts: [{ source: path.resolve(root), target: config.workspace }, ...stored, ...own] };
}
