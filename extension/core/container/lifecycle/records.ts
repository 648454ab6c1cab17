import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Redact } from "../../base/redact.ts";

/** How many logs of earlier runs are kept for each kind. */
const kept = 20;

/** The full log of one build or start: what the devcontainers CLI said, line by line, secrets hidden. */
export interface RunRecord {
  readonly file: string;
  write(line: string): void;
  close(): Promise<void>;
}

/** Opens `<folder>/<kind>-<YYYYMMDD-HHMMSS>-<pid>.log` and removes the oldest of its kind. */
export async function openRecord(folder: string, kind: "up" | "build", redact: Redact): Promise<RunRecord> {
  await mkdir(folder, { recursive: true });
  await removeOldest(folder, kind);
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const file = path.join(folder, `${kind}-${stamp}-${process.pid}.log`);
  const stream = createWriteStream(file, { mode: 0o600 });
  // A full disk must not end the run that is being recorded.
  stream.on("error", () => {});
  return { file, write: (line) => stream.write(`${redact(line)}\n`), close: () => closed(stream) };
}

/** The newest log of a build or start; undefined when there is none. */
export async function newestRecord(folder: string): Promise<string | undefined> {
  const names = await recordNames(folder, /^(up|build)-/);
  const newest = names.sort((a, b) => (stampOf(a) < stampOf(b) ? -1 : 1)).at(-1);
  return newest === undefined ? undefined : path.join(folder, newest);
}

async function removeOldest(folder: string, kind: string): Promise<void> {
  const names = (await recordNames(folder, new RegExp(`^${kind}-`))).sort();
  await Promise.all(
    names
      .slice(0, Math.max(0, names.length - kept + 1))
      .map((name) => rm(path.join(folder, name), { force: true })),
  );
}

async function recordNames(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => pattern.test(name) && name.endsWith(".log"));
  } catch {
    return [];
  }
}

function stampOf(name: string): string {
  return name.slice(name.indexOf("-") + 1);
}

function closed(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("close", resolve);
    stream.end(() => stream.destroy());
  });
}
