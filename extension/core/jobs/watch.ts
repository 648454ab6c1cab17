import { type FSWatcher, watch } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { isJobName, statusEnding } from "./layout.ts";

export interface JobsWatcher {
  dispose(): void;
}

/** Milliseconds: changes that come together are told together. */
const together = 20;

/** Milliseconds between looks at the folder's own time, for file systems that send no events from other machines. */
const poll = 2_000;

/**
 * Tells which jobs' statuses changed, came or went, without reading the folder; `undefined` when it can be any. Makes the
 * folder, for what is not there cannot be watched.
 */
export async function watchJobs(
  folder: string,
  onChange: (jobs: ReadonlySet<string> | undefined) => void,
): Promise<JobsWatcher> {
  await mkdir(folder, { recursive: true });
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let heard = performance.now();
  const tell = () => {
    timer = undefined;
    const jobs = changed;
    changed = new Set();
    onChange(jobs);
  };
  const watcher = tryWatch(folder, (file) => {
    if (file === null || !file.endsWith(statusEnding)) return;
    const job = file.slice(0, -statusEnding.length);
    if (!isJobName(job)) return;
    heard = performance.now();
    changed.add(job);
    timer ??= setTimeout(tell, together);
  });
  let last = await changedAt(folder);
  const look = async () => {
    const now = await changedAt(folder);
    const silent = now !== last && performance.now() - heard > poll;
    last = now;
    if (silent) onChange(undefined);
  };
  const poller = setInterval(() => void look(), poll);
  poller.unref();
  return {
    dispose() {
      clearInterval(poller);
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

/** A status is replaced by renaming, which changes the folder. */
async function changedAt(folder: string): Promise<number> {
  return (await stat(folder).catch(() => undefined))?.mtimeMs ?? 0;
}

function tryWatch(folder: string, onEvent: (file: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, file) => onEvent(file));
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
