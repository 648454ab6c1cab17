import { readdir, realpath, rm, stat } from "node:fs/promises";
import path from "node:path";
import { sha256 } from "../../base/files.ts";
import { cacheFolder } from "../../project/home-path.ts";
import { idFromName } from "../../project/identity.ts";
import type { Environment } from "../../project/overrides.ts";
import type { Site } from "../../site/site.ts";

/** Where what Bazel writes for us can be read from both sides. Paths of the site. */
export interface BuildRecords {
  readonly folder: string;
  /** That of the last build. */
  readonly profile: string;
}

/**
 * The folder of a checkout's builds: in the project's logs where Bazel runs in the container, since the container's other
 * folders need not be this machine's; else in the user's cache. `root` is this side's path of the workspace.
 */
export async function buildRecords(
  kind: Site["kind"],
  root: string,
  environment: Environment,
): Promise<BuildRecords> {
  const real = await realpath(root);
  const key = `${idFromName(path.basename(real)) ?? "workspace"}-${sha256(real).slice(0, 8)}`;
  const folder = path.join(base(kind, environment), key);
  return { folder, profile: path.join(folder, "profile.gz") };
}

function base(kind: Site["kind"], environment: Environment): string {
  if (kind === "container") return "/opt/sygaldry/logs/bazel";
  return path.join(cacheFolder(environment), "bazel_build");
}

/**
 * Makes the folder, for its owner alone (event files hold the environment of the build), and removes what builds that were
 * killed left in it. False when the site cannot make it, or this side cannot read it.
 */
export async function prepareRecords(
  site: Site,
  { folder }: BuildRecords,
  signal: AbortSignal,
): Promise<boolean> {
  const { exitCode } = await site.run({ command: "mkdir", args: ["-p", "-m", "700", folder] }, { signal });
  const here = site.paths.local(folder);
  if (exitCode !== 0 || !(await isReadable(here))) return false;
  for (const name of await readdir(here)) {
    const file = path.join(here, name);
    if (/\.(jsonl|sh)$/.test(name) && (await isOld(file))) await rm(file, { force: true }).catch(() => {});
  }
  return true;
}

/** Removes from this side or, where the file is another user's, by the site. */
export async function removeRecord(site: Site, file: string): Promise<void> {
  try {
    await rm(site.paths.local(file), { force: true });
  } catch {
    await site.run({ command: "rm", args: ["-f", "--", file] }).catch(() => {});
  }
}

async function isReadable(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}

const day = 24 * 60 * 60 * 1000;

async function isOld(file: string): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > day;
}
