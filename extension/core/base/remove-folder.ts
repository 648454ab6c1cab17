import { chmod, lstat, readdir, rm } from "node:fs/promises";
import path from "node:path";

/** Removes a folder in which a tool has made folders read-only, as Bazel does in its output base. */
export async function removeReadOnly(folder: string): Promise<void> {
  await makeWritable(folder);
  await rm(folder, { recursive: true, force: true });
}

async function makeWritable(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return;
  if ((found.mode & 0o700) !== 0o700) await chmod(folder, 0o700).catch(() => {});
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await makeWritable(path.join(folder, entry.name));
}
