/**
 * The label of a file of the workspace: of the nearest package above it. `packages` are folders with a BUILD file, the root being
 * the empty text; a file that is in none belongs to the root, which then wants one.
 */
export function fileLabel(file: string, packages: ReadonlySet<string>): string {
  for (let folder = parentOf(file); folder !== ""; folder = parentOf(folder))
    if (packages.has(folder)) return `//${folder}:${file.slice(folder.length + 1)}`;
  return `//:${file}`;
}

/** The folders above a file, the nearest first; without the root. */
export function foldersAbove(file: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = parentOf(file); folder !== ""; folder = parentOf(folder)) folders.push(folder);
  return folders;
}

function parentOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}
