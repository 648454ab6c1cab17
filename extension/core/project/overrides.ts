import { SygaldryError } from "../base/errors.ts";
import { isTree, type Tree } from "./merge.ts";
import type { KeyPath } from "./yaml-source.ts";

/** Settings that the command line gives; the names are those of the flags. */
export interface ConfigFlags {
  readonly projectId?: string;
  readonly image?: string;
  readonly gpu?: string;
  readonly storageRoot?: string;
  readonly portable?: boolean;
}

/** One value from outside the files, and what to call its source. */
export interface Override {
  readonly path: KeyPath;
  readonly value: unknown;
  readonly source: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const variables: Readonly<Record<string, KeyPath>> = {
  SYGALDRY_PROJECT_ID: ["project", "id"],
  SYGALDRY_IMAGE: ["image", "name"],
  SYGALDRY_GPU: ["gpu", "mode"],
  SYGALDRY_CONTAINER_ROOT: ["storage", "root"],
  BAZEL_VERSION: ["tools", "bazel", "version"],
  PYTHON_VERSION: ["tools", "python", "version"],
  RUST_VERSION: ["tools", "rust", "version"],
  GO_VERSION: ["tools", "go", "version"],
  SPACK_VERSION: ["tools", "spack", "version"],
  UV_VERSION: ["tools", "uv", "version"],
};

/** What the environment overrides; a variable that is set but empty counts as not set. */
export function environmentOverrides(environment: Environment): readonly Override[] {
  return Object.entries(variables).flatMap(([name, path]) => {
    const value = environment[name];
    if (value === undefined || value === "") return [];
    return [{ path, value: path[0] === "gpu" ? gpuMode(value, name) : value, source: `environment ${name}` }];
  });
}

export function flagOverrides(flags: ConfigFlags): readonly Override[] {
  const given: readonly (readonly [string, KeyPath, unknown])[] = [
    ["--project-id", ["project", "id"], flags.projectId],
    ["--image", ["image", "name"], flags.image],
    ["--gpu", ["gpu", "mode"], flags.gpu === undefined ? undefined : gpuMode(flags.gpu, "--gpu")],
    ["--storage-root", ["storage", "root"], flags.storageRoot],
    ["--portable", ["devcontainer", "mode"], flags.portable ? "portable" : undefined],
  ];
  return given
    .filter(([, , value]) => value !== undefined)
    .map(([flag, path, value]) => ({ path, value, source: `flag ${flag}` }));
}

/** The original launcher took 0/1 and true/false as well. */
function gpuMode(value: string, source: string): string {
  const words: Readonly<Record<string, string>> = {
    auto: "auto",
    on: "on",
    off: "off",
    true: "on",
    false: "off",
    "1": "on",
    "0": "off",
    yes: "on",
    no: "off",
  };
  const word = value.toLowerCase();
  const mode = Object.hasOwn(words, word) ? words[word] : undefined;
  if (mode === undefined) {
    throw new SygaldryError("SYG-CONFIG-INVALID", `${source}: "${value}" is not one of auto, on, off`, {
      next: `Set ${source} to auto, on or off.`,
    });
  }
  return mode;
}

/**
 * The override as a tree to merge, with the short forms below it (`bazel: "7.0.0"`, `gpu: auto`) written out.
 * Empty for a tool that is off, and where the file holds something of a wrong type, which is to be reported and not covered up.
 */
export function overrideTree(override: Override, current: Tree): Tree {
  const [first, second, third] = override.path.map(String);
  if (first === undefined || second === undefined) return {};
  const section = Object.hasOwn(current, first) ? current[first] : undefined;
  if (first === "gpu") return { gpu: { ...(isTree(section) ? section : {}), mode: override.value } };
  if (section !== undefined && !isTree(section)) return {};
  if (third === undefined) return { [first]: { [second]: override.value } };
  const tool = section?.[second];
  if (tool === false || tool === "off") return {};
  return { [first]: { [second]: { ...longTool(tool, override.value), [third]: override.value } } };
}

/** The checksums of a file's version are not those of another. */
function longTool(tool: unknown, version: unknown): Tree {
  if (tool === "distro" || tool === "official") return { from: tool };
  if (!isTree(tool)) return {};
  return tool["sha256"] === undefined || tool["version"] === version ? tool : { ...tool, sha256: null };
}
