import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { jobsFolderName } from "../../../core/jobs/layout.ts";
import { type JobSettings, jobSettings } from "../../../core/jobs/settings.ts";
import type { ProjectConfig } from "../../../core/project/config.ts";
import { resolvePath } from "../../../core/project/home-path.ts";
import { idFromName, projectId } from "../../../core/project/identity.ts";
import { findConfigFile } from "../../../core/project/root.ts";
import {
  portableStorageRoot,
  projectDirectory,
  storageRoot,
  unconfiguredStorageRoot,
} from "../../../core/project/storage.ts";
import { isInsideContainer } from "../../../core/site/here.ts";
import { type CommonOptions, loadOptions } from "../../options.ts";
import { isConfigured } from "../../site.ts";

interface JobsPlace {
  readonly folder: string;
  readonly settings: JobSettings;
}

/**
 * Where the project's jobs lie: `bazel_cache/zephyr_jobs` of its storage, on the host and in the container alike. Outside of
 * any repository, --project-id names the project.
 */
export async function jobsFolder(options: CommonOptions): Promise<string> {
  return isInsideContainer() ? insideFolder : (await jobsPlace(options)).folder;
}

/** The same, with what sygaldry.yaml says about jobs, where there is one. */
export async function jobsPlace(options: CommonOptions): Promise<JobsPlace> {
  const load = { environment: process.env, ...loadOptions(options) };
  if (isConfigured(load)) {
    // The schema takes longer to make than most commands without a configuration.
    const { loadConfig } = await import("../../../core/project/config.ts");
    const project = await loadConfig(load);
    const settings = jobSettings(project.config);
    return { folder: isInsideContainer() ? insideFolder : await folderOf(project), settings };
  }
  if (isInsideContainer()) return { folder: insideFolder, settings: {} };
  // The last says that there is no configuration.
  const id = options.projectId ?? process.env["SYGALDRY_PROJECT_ID"] ?? findConfigFile(load.cwd);
  return { folder: await folderOfId(id, options.storageRoot), settings: {} };
}

const insideFolder = path.join("/opt/bazel_cache", jobsFolderName);

async function folderOf(project: ProjectConfig): Promise<string> {
  const { config, root } = project;
  const own = config.storage.mounts.bazel_cache;
  if (own !== undefined) return path.join(resolvePath(own, root, process.env), jobsFolderName);
  const storage =
    config.devcontainer.mode === "portable"
      ? process.env["SYGALDRY_CONTAINER_ROOT"] || portableStorageRoot
      : (await storageRoot(project, process.env)).path;
  return inStorage(storage, projectId(project));
}

async function folderOfId(id: string, given: string | undefined): Promise<string> {
  if (idFromName(id) !== id) {
    throw new SygaldryError("SYG-USAGE", `${JSON.stringify(id)} is no project id`, {
      next: "It has lower-case letters, digits, '.', '_' and '-'.",
    });
  }
  const root = given ?? process.env["SYGALDRY_CONTAINER_ROOT"];
  return inStorage(
    root ? resolvePath(root, process.cwd(), process.env) : (await unconfiguredStorageRoot(process.env)).path,
    id,
  );
}

function inStorage(root: string, id: string): string {
  return path.join(projectDirectory(root, id), "bazel_cache", jobsFolderName);
}
