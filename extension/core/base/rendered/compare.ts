import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "../errors.ts";
import { sha256 } from "../files.ts";
import type { FileStatus, RenderedFile } from "./rendered-file.ts";

/** Compares what is in the repository with what would be rendered; `known` has the SHA-256 of what was rendered last, by path. */
export async function compareFiles(
  root: string,
  files: readonly RenderedFile[],
  known: Readonly<Record<string, string>>,
): Promise<readonly FileStatus[]> {
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

/** The file's bytes, or undefined when there is none. Throws SYG-FILE for other failures. */
export async function readIfExists(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw new SygaldryError("SYG-FILE", `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function stateOf(
  root: string,
  file: RenderedFile,
  before: Uint8Array | undefined,
  rendered: string | undefined,
): Promise<FileStatus["state"]> {
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
