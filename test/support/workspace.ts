import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemCode } from "../../extension/core/base/errors.ts";
import { baseImage, runInImage } from "./docker.ts";
import { runId, testName } from "./run-id.ts";
import type { TestUser } from "./users.ts";

export interface Workspace extends AsyncDisposable {
  /** Also the name of the project's folder, so that images and containers made for it carry the test run's id. */
  readonly projectId: string;
  /** The project's folder, which holds sygaldry.yaml when `config` was given. */
  readonly path: string;
  /** An empty folder for SYGALDRY_CONTAINER_ROOT. */
  readonly storage: string;
  /** An empty folder for HOME. */
  readonly home: string;
  /** Writes files, by path relative to the project's folder. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Removes all of it, files of other users too. */
  dispose(): Promise<void>;
}

export interface WorkspaceOptions {
  /** The text of sygaldry.yaml, without the project's id: `project.id` comes through SYGALDRY_PROJECT_ID or a function. */
  readonly config?: string | ((projectId: string) => string);
  readonly files?: Readonly<Record<string, string>>;
  /** Who owns the project, the storage and the home. Default: this process's user. */
  readonly owner?: TestUser;
}

/** A temporary project. Any user may enter it; only its owner may write. */
export async function createWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const projectId = testName("project");
  const at = {
    path: path.join(folder, projectId),
    storage: path.join(folder, "storage"),
    home: path.join(folder, "home"),
  };
  const own = (file: string) =>
    options.owner ? chown(file, options.owner.uid, options.owner.gid) : undefined;
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) await writeOwned(at.path, name, text, own);
  };
  const dispose = () => removeTree(folder);
  try {
    await chmod(folder, 0o755);
    for (const made of Object.values(at)) {
      await mkdir(made);
      await own(made);
    }
    const config = typeof options.config === "function" ? options.config(projectId) : options.config;
    await write({ ...(config === undefined ? {} : { "sygaldry.yaml": config }), ...options.files });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { projectId, ...at, write, dispose, [Symbol.asyncDispose]: dispose };
}

async function writeOwned(
  folder: string,
  name: string,
  text: string,
  own: (file: string) => Promise<void> | undefined,
): Promise<void> {
  let parent = folder;
  for (const part of name.split("/").slice(0, -1)) {
    parent = path.join(parent, part);
    await mkdir(parent, { recursive: true });
    await own(parent);
  }
  const file = path.join(folder, name);
  await writeFile(file, text);
  await own(file);
}

/** Where this user may not remove what containers wrote as other users, a container removes it. */
async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (systemCode(error) !== "EACCES" && systemCode(error) !== "EPERM") throw error;
    const emptied = ["find", "/emptied", "-mindepth", "1", "-delete"];
    await runInImage(baseImage, emptied, { args: ["-v", `${folder}:/emptied`] });
    await rm(folder, { recursive: true, force: true });
  }
}
