import { type FSWatcher, watch } from "node:fs";
import path from "node:path";
import { SygaldryError } from "./errors.ts";

/** Tells when a file or folder may have come, gone or changed. */
export interface FileChanges {
  /** Returns after a change since the last call, or after `poll` milliseconds. Throws SYG-CANCELLED on `signal`. */
  next(signal?: AbortSignal): Promise<void>;
  dispose(): void;
}

/**
 * Watches the entry `file` of its folder. File events are a help only (none come from other machines, and their number
 * is limited); the poll is what can be relied on.
 */
export function watchFile(file: string, poll: number): FileChanges {
  let changed = false;
  let wake = () => {};
  const watcher = tryWatch(path.dirname(file), (name) => {
    if (name !== null && name !== path.basename(file)) return;
    changed = true;
    wake();
  });
  return {
    async next(signal) {
      if (!changed) await pause(poll, signal, (resolve) => (wake = resolve));
      changed = false;
      wake = () => {};
      if (signal?.aborted) throw new SygaldryError("SYG-CANCELLED", `waiting for ${file} was cancelled`);
    },
    dispose: () => watcher?.close(),
  };
}

function tryWatch(folder: string, onChange: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => onChange(name));
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** Ends by time, by signal, or by the function handed to `expose`. */
function pause(
  milliseconds: number,
  signal: AbortSignal | undefined,
  expose: (resolve: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
    expose(end);
  });
}
