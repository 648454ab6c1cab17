import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { systemCode } from "../../base/errors.ts";
import { statusFile } from "../layout.ts";
import { formatStatus, type JobStatus } from "./status.ts";

/** Replaces a job's status file; a reader sees the old line or the new one. */
export interface StatusWriter {
  /** `durable` survives a crash of the machine. Throws what the file system says, a full disk excepted while it can. */
  write(status: JobStatus, durable: boolean): void;
  dispose(): void;
}

/** More than a status line ever has. */
const spareSize = 16 * 1024;

/**
 * Synchronous, so that two statuses never overtake each other. Keeps a file whose blocks are taken already: on a full disk
 * the status is written into that one, so that even then the end of a run is told.
 */
export function statusWriter(folder: string, job: string): StatusWriter {
  const file = statusFile(folder, job);
  const { temporary, spare } = filesOf(folder, job, process.pid);
  let hasSpare = makeSpare(spare);
  return {
    write(status, durable) {
      const text = formatStatus(status);
      try {
        replace(temporary, "w", text, durable);
        renameSync(temporary, file);
        if (!hasSpare) hasSpare = makeSpare(spare);
      } catch (error) {
        rmSync(temporary, { force: true });
        if (isFull(error) && hasSpare) {
          replace(spare, "r+", text, durable);
          renameSync(spare, file);
          hasSpare = makeSpare(spare);
        } else if (systemCode(error) === "ENOENT") {
          mkdirSync(folder, { recursive: true });
          writeFileSync(file, text);
          hasSpare = makeSpare(spare);
        } else throw error;
      }
    },
    dispose() {
      rmSync(spare, { force: true });
      rmSync(temporary, { force: true });
    },
  };
}

/** Removes what the writer of a process that was killed has left. */
export function removeWriterFiles(folder: string, job: string, pid: number): void {
  for (const file of Object.values(filesOf(folder, job, pid))) rmSync(file, { force: true });
}

function filesOf(folder: string, job: string, pid: number) {
  const own = path.join(folder, `.${job}.${pid}`);
  return { temporary: `${own}.new`, spare: `${own}.spare` };
}

/** No space, or none within the quota. */
export function isFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

function replace(file: string, flags: "w" | "r+", text: string, durable: boolean): void {
  const descriptor = openSync(file, flags, 0o644);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at, at);
    ftruncateSync(descriptor, bytes.length);
    if (durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function makeSpare(file: string): boolean {
  try {
    writeFileSync(file, Buffer.alloc(spareSize, "\n"));
    return true;
  } catch {
    rmSync(file, { force: true });
    return false;
  }
}
