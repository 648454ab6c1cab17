import path from "node:path";

/** `file` below the first of the folders that holds it, with '/'; elsewhere as it is. */
export function belowRoots(file: string, roots: readonly string[]): string {
  for (const root of roots) {
    const below = path.relative(root, file);
    const outside = below === ".." || below.startsWith(`..${path.sep}`) || path.isAbsolute(below);
    if (below !== "" && !outside) return below.split(path.sep).join("/");
  }
  return file;
}
