import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { messageOf, systemCode } from "../../base/errors.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import { pathExists } from "./path-exists.ts";

/** What lies at a view's root. Paths are the site's. */
type ViewState =
  | { readonly state: "missing" }
  /** Something else stands where Spack puts its link; Spack refuses to replace a folder that is not empty. */
  | { readonly state: "occupied"; readonly by: "folder" | "file" }
  | { readonly state: "unknown"; readonly why: string }
  | {
      readonly state: "linked";
      /** Where the link points. */
      readonly target: string;
      readonly targetExists: boolean;
      /** The view's hash, where it points into Spack's own folder of generations. */
      readonly generation: string | undefined;
    };

export interface ViewOnDisk {
  /** The view's root: a link in a finished view. */
  readonly path: string;
  /** The folder `._<view>` beside it, which holds one folder a generation. */
  readonly generationsFolder: string;
  readonly view: ViewState;
  /** The names in it. Spack keeps one, and leaves others behind when it is interrupted or the link is taken away. */
  readonly generations: readonly string[];
}

/** The state of the view at `root` (a path of the site). Never throws. */
export async function readView(root: string, paths: PathTranslation = samePaths): Promise<ViewOnDisk> {
  const generationsFolder = path.posix.join(path.posix.dirname(root), `._${path.posix.basename(root)}`);
  const [view, generations] = await Promise.all([
    readState(root, generationsFolder, paths),
    readdir(paths.local(generationsFolder)).catch((): string[] => []),
  ]);
  return { path: root, generationsFolder, view, generations: generations.sort() };
}

async function readState(root: string, folder: string, paths: PathTranslation): Promise<ViewState> {
  const local = paths.local(root);
  try {
    const stats = await lstat(local);
    if (!stats.isSymbolicLink()) return { state: "occupied", by: stats.isDirectory() ? "folder" : "file" };
    const target = path.posix.resolve(path.posix.dirname(root), await readlink(local));
    const name = path.posix.dirname(target) === folder ? path.posix.basename(target) : undefined;
    const targetExists = (await pathExists(target, paths)) === true;
    return { state: "linked", target, targetExists, generation: name };
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { state: "missing" };
    return { state: "unknown", why: `${local} cannot be examined: ${messageOf(error)}` };
  }
}
