import path from "node:path";
import { type EnvironmentChange, normalPath, prepend } from "./changes.ts";

/** `modules:prefix_inspections`: folders of a prefix and the variables that they belong in, in the file's order. */
export type PrefixInspections = readonly (readonly [folder: string, variables: readonly string[]])[];

/** What Spack 1.1 has in etc/spack/defaults/modules.yaml; on macOS its defaults add the libraries' folders. */
export function defaultInspections(platform: NodeJS.Platform = process.platform): PrefixInspections {
  const common: PrefixInspections = [
    ["./bin", ["PATH"]],
    ["./man", ["MANPATH"]],
    ["./share/man", ["MANPATH"]],
    ["./share/aclocal", ["ACLOCAL_PATH"]],
    ["./lib/pkgconfig", ["PKG_CONFIG_PATH"]],
    ["./lib64/pkgconfig", ["PKG_CONFIG_PATH"]],
    ["./share/pkgconfig", ["PKG_CONFIG_PATH"]],
    ["./", ["CMAKE_PREFIX_PATH"]],
  ];
  if (platform !== "darwin") return common;
  const libraries = ["DYLD_FALLBACK_LIBRARY_PATH"];
  return [...common, ["./lib", libraries], ["./lib64", libraries]];
}

/** Whether the site has this folder; a site path. */
export type IsFolder = (sitePath: string) => boolean;

/** All of the view's folders, whether they exist or not. */
export function viewChanges(root: string, inspections: PrefixInspections): readonly EnvironmentChange[] {
  return inspections.flatMap(([folder, variables]) =>
    variables.map((name) => prepend(name, path.posix.join(root, folder))),
  );
}

/** The folders that a prefix has; never those of the system. */
export function prefixChanges(
  prefix: string,
  inspections: PrefixInspections,
  isFolder: IsFolder,
): readonly EnvironmentChange[] {
  return inspections.flatMap(([folder, variables]) => {
    const found = path.posix.join(prefix, folder);
    if (isSystemPath(found) || !isFolder(found)) return [];
    return variables.map((name) => prepend(name, found));
  });
}

const systemRoots = ["/", "/usr", "/usr/local"];
const systemPaths = new Set(
  ["", "bin", "bin64", "include", "lib", "lib64"].flatMap((folder) =>
    systemRoots.map((root) => path.posix.join(root, folder).replace(/(?<=.)\/$/, "")),
  ),
);

/** The folders that Spack never puts into a search path. */
export function isSystemPath(file: string): boolean {
  return file !== "" && systemPaths.has(normalPath(file));
}
