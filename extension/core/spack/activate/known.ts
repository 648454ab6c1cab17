import path from "node:path";
import type { LockNode } from "../lockfile/lockfile.ts";
import { type EnvironmentChange, prepend } from "./changes.ts";
import type { IsFolder } from "./inspections.ts";

/** What the recipes of python and python-venv need to know about a package that uses them. */
export interface Dependent {
  readonly node: LockNode;
  readonly prefix: string;
  readonly extendsPython: boolean;
}

/**
 * The search paths that python and python-venv of Spack's own repository (2025.11) give to what extends them. Their
 * recipes ask the interpreter where its site-packages are; here the layout of the prefix tells. Undefined for any other
 * package.
 */
export function pythonChanges(
  node: LockNode,
  prefix: string,
  python: LockNode | undefined,
  dependents: readonly Dependent[],
  isFolder: IsFolder,
): readonly EnvironmentChange[] | undefined {
  if (node.namespace !== "builtin") return undefined;
  if (node.name === "python") {
    const users = dependents.filter(
      (one) => one.extendsPython && !one.node.dependencies.some(({ name }) => name === "python-venv"),
    );
    return users.flatMap((one) => searchPaths(one.prefix, sitePackages(node, prefix, isFolder)));
  }
  if (node.name !== "python-venv" || python === undefined) return undefined;
  return dependents.flatMap((one) =>
    searchPaths(one.prefix, venvPackages(python)).filter(
      (change) => "value" in change && isFolder(change.value),
    ),
  );
}

function searchPaths(prefix: string, folders: readonly string[]): readonly EnvironmentChange[] {
  return folders.map((folder) => prepend("PYTHONPATH", path.posix.join(prefix, folder)));
}

/** A virtual environment has the layout of python.org, whatever its interpreter has. */
function venvPackages(python: LockNode): readonly string[] {
  return [`lib/${versioned(python)}/site-packages`];
}

/**
 * Where an interpreter installs to: Debian's has `local/…/dist-packages` (its patch to sysconfig, Python 3.10 and newer),
 * Fedora's lib64 for compiled modules beside lib, every other site-packages below lib.
 */
function sitePackages(python: LockNode, prefix: string, isFolder: IsFolder): readonly string[] {
  const name = versioned(python);
  if (python.external !== undefined) {
    if (isFolder(path.posix.join(prefix, "lib/python3/dist-packages"))) {
      return [minor(python) < 10 ? "lib/python3/dist-packages" : `local/lib/${name}/dist-packages`];
    }
    if (isFolder(path.posix.join(prefix, `lib64/${name}/site-packages`))) {
      return [`lib/${name}/site-packages`, `lib64/${name}/site-packages`];
    }
  }
  return [`lib/${name}/site-packages`];
}

function versioned({ version }: LockNode): string {
  return `python${version.split(".").slice(0, 2).join(".")}`;
}

function minor({ version }: LockNode): number {
  return Number(version.split(".")[1] ?? 0);
}
