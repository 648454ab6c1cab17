import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { jobsFolderName } from "../../../core/jobs/layout.ts";
import { loadConfig } from "../../../core/project/config.ts";
import { resolvePath } from "../../../core/project/home-path.ts";
import { idFromName, projectId } from "../../../core/project/identity.ts";
import { projectDirectory, storageRoot, unconfiguredStorageRoot } from "../../../core/project/storage.ts";
import { isInsideContainer } from "../../../core/site/here.ts";
import { type CommonOptions, loadOptions } from "../../options.ts";
import { portableStorageRoot } from "../../site.ts";

/**
 * Where the project's jobs lie: `bazel_cache/zephyr_jobs` of its storage, on the host and in the container alike. Outside of
 * any repository, --project-id names the project.
 */
export async function jobsFolder(options: CommonOptions): Promise<string> {
  if (isInsideContainer()) return path.join("/opt/bazel_cache", jobsFolderName);
  const load = loadOptions(options);
  try {
    const project = await loadConfig({ environment: process.env, ...load });
    const { config, root } = project;
    const own = config.storage.mounts.bazel_cache;
    if (own !== undefined) return path.join(resolvePath(own, root, process.env), jobsFolderName);
    const storage =
      config.devcontainer.mode === "portable"
        ? process.env["SYGALDRY_CONTAINER_ROOT"] || portableStorageRoot
        : (await storageRoot(project, process.env)).path;
    return inStorage(storage, projectId(project));
  } catch (error) {
    const id = options.projectId ?? process.env["SYGALDRY_PROJECT_ID"];
    const without = error instanceof SygaldryError && error.code === "SYG-CONFIG-MISSING";
    if (!without || options.config !== undefined || id === undefined) throw error;
    if (idFromName(id) !== id) {
      throw new SygaldryError("SYG-USAGE", `${JSON.stringify(id)} is no project id`, {
        next: "It has lower-case letters, digits, '.', '_' and '-'.",
      });
    }
    const root = options.storageRoot ?? process.env["SYGALDRY_CONTAINER_ROOT"];
    return inStorage(
      root
        ? resolvePath(root, process.cwd(), process.env)
        : (await unconfiguredStorageRoot(process.env)).path,
      id,
    );
  }
}

function inStorage(root: string, id: string): string {
  return path.join(projectDirectory(root, id), "bazel_cache", jobsFolderName);
}
