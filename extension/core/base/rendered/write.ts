import { chmod, rm } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { readIfExists } from "./compare.ts";
import type { FileStatus, RenderedFile } from "./rendered-file.ts";

export interface WriteOptions {
  /** Overwrite what was edited too. */
  readonly force: boolean;
  /** The next step when something was edited, and when a file cannot be written: sentences. */
  readonly advice: { readonly edited: string; readonly unwritable: string };
}

/**
 * Brings the repository to what is rendered: writes what is missing or stale, removes what is obsolete, leaves the rest.
 * Returns the paths that changed. Throws SYG-RENDER-EDITED, before anything is written, when that would overwrite
 * somebody's work; with `force` such files are first copied to `<file>.before-sygaldry`.
 */
export async function writeFiles(
  root: string,
  statuses: readonly FileStatus[],
  options: WriteOptions,
): Promise<readonly string[]> {
  const edited = statuses.filter(({ state }) => state === "edited");
  if (edited.length > 0 && !options.force) throw editedError(edited, options.advice.edited);
  const changed: string[] = [];
  for (const status of statuses) {
    const file = path.join(root, status.path);
    try {
      if (status.state === "edited" && status.before !== undefined) await keepCopy(file, status.before);
      if (status.state === "obsolete" && status.after === undefined) await rm(file, { force: true });
      else if (status.state !== "current" && status.after !== undefined) await writeFile(file, status.after);
      else continue;
    } catch (cause) {
      throw new SygaldryError("SYG-FILE", `${file} cannot be written: ${messageOf(cause)}`, {
        cause,
        next: options.advice.unwritable,
      });
    }
    changed.push(status.path);
  }
  return changed;
}

async function writeFile(file: string, rendered: RenderedFile): Promise<void> {
  const mode = rendered.mode ?? (rendered.executable ? 0o755 : 0o644);
  await writeAtomic(file, rendered.content, mode);
  await chmod(file, mode);
}

async function keepCopy(file: string, content: Uint8Array): Promise<void> {
  for (let n = 0; ; n++) {
    const copy = `${file}.before-sygaldry${n === 0 ? "" : `.${n}`}`;
    const there = await readIfExists(copy);
    if (there === undefined) return writeAtomic(copy, content);
    if (Buffer.from(there).equals(content)) return;
  }
}

function editedError(edited: readonly FileStatus[], next: string): SygaldryError {
  const names = edited.map((status) => status.path);
  return new SygaldryError(
    "SYG-RENDER-EDITED",
    `${names.join(", ")}: not as Sygaldry rendered ${names.length === 1 ? "it" : "them"}; nothing was written`,
    { next, data: { files: names } },
  );
}
