import { chmod, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import { sha256, writeAtomic } from "../../base/files.ts";
import type { RenderedFile } from "./files.ts";
import { manifestFile, type RenderManifest } from "./manifest.ts";

type FileState =
  /** As rendered. */
  | "current"
  /** Not there. */
  | "missing"
  /** As some earlier rendering left it. */
  | "stale"
  /** Changed by hand since it was rendered, or never rendered by Sygaldry. */
  | "edited"
  /** Rendered once, no longer wanted. */
  | "obsolete";

export interface FileStatus {
  readonly path: string;
  readonly state: FileState;
  readonly before: Uint8Array | undefined;
  readonly after: RenderedFile | undefined;
}

/** Compares what is in the repository with what would be rendered; `manifest` is that of the last rendering. */
export async function compareFiles(
  root: string,
  files: readonly RenderedFile[],
  manifest: RenderManifest | undefined,
): Promise<readonly FileStatus[]> {
  const known = manifest?.files ?? {};
  const wanted = new Set(files.map((file) => file.path));
  const current = await Promise.all(
    files.map(async (file): Promise<FileStatus> => {
      const before = await readIfExists(path.join(root, file.path));
      return {
        path: file.path,
        state: await stateOf(root, file, before, known[file.path]),
        before,
        after: file,
      };
    }),
  );
  const gone = Object.keys(known).filter((name) => !wanted.has(name));
  const obsolete = await Promise.all(
    gone.map(async (name): Promise<FileStatus[]> => {
      const before = await readIfExists(path.join(root, name));
      return before !== undefined && sha256(before) === known[name]
        ? [{ path: name, state: "obsolete", before, after: undefined }]
        : [];
    }),
  );
  return [...current, ...obsolete.flat()];
}

/**
 * Brings the repository to what is rendered: writes what is missing or stale, removes what is obsolete, leaves the rest.
 * Throws SYG-RENDER-EDITED, before anything is written, when that would overwrite somebody's work; with `force` such
 * files are first copied to `<file>.before-sygaldry`.
 */
export async function writeFiles(
  root: string,
  statuses: readonly FileStatus[],
  manifest: RenderManifest,
  options: { readonly force: boolean },
): Promise<readonly string[]> {
  const edited = statuses.filter(({ state }) => state === "edited");
  if (edited.length > 0 && !options.force) throw editedError(edited);
  const changed: string[] = [];
  for (const status of statuses) {
    const file = path.join(root, status.path);
    try {
      if (status.state === "edited" && status.before !== undefined) await keepCopy(file, status.before);
      if (status.state === "obsolete") await rm(file, { force: true });
      else if (status.state !== "current" && status.after !== undefined) await writeFile(file, status.after);
      else continue;
    } catch (cause) {
      throw new SygaldryError("SYG-FILE", `${file} cannot be written: ${messageOf(cause)}`, {
        cause,
        next: "Make the repository's .devcontainer folder writable.",
      });
    }
    changed.push(status.path);
  }
  if (changed.length > 0) {
    const record = manifestFile(manifest);
    await writeAtomic(path.join(root, record.path), record.content);
  }
  return changed;
}

async function stateOf(
  root: string,
  file: RenderedFile,
  before: Uint8Array | undefined,
  rendered: string | undefined,
): Promise<FileState> {
  if (before === undefined) return "missing";
  const same = Buffer.from(before).equals(
    typeof file.content === "string" ? Buffer.from(file.content) : file.content,
  );
  if (same) return (await hasMode(path.join(root, file.path), file.executable)) ? "current" : "stale";
  return rendered === sha256(before) ? "stale" : "edited";
}

/** Lines a checkout may have lost: Git on Windows and some editors drop the executable bit. */
async function hasMode(file: string, executable: boolean): Promise<boolean> {
  return process.platform === "win32" || (((await stat(file)).mode & 0o100) !== 0) === executable;
}

async function writeFile(file: string, rendered: RenderedFile): Promise<void> {
  const mode = rendered.executable ? 0o755 : 0o644;
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

function editedError(edited: readonly FileStatus[]): SygaldryError {
  const names = edited.map((status) => status.path);
  return new SygaldryError(
    "SYG-RENDER-EDITED",
    `${names.join(", ")}: not as Sygaldry rendered ${names.length === 1 ? "it" : "them"}; nothing was written`,
    {
      next: "Move the changes to sygaldry.yaml, or run `sygaldry render --force`, which keeps a copy beside each (*.before-sygaldry). `sygaldry render --check` shows the differences.",
      data: { files: names },
    },
  );
}

async function readIfExists(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw new SygaldryError("SYG-FILE", `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
