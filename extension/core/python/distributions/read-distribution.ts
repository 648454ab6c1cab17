import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { isName, normalizeName } from "../requirements/name.ts";
import { normalizeVersion } from "../requirements/version.ts";
import type { Distribution, DistributionProblem } from "./distribution.ts";
import { parseMetadata, parseRequiresText } from "./metadata.ts";
import { recordPaths, topLevelModules } from "./record.ts";

/** `numpy-2.3.5.dist-info`, `six-1.16.0-py3.11.egg-info`. */
const form = /^(?<name>[^-]+)-(?<version>[^-]+)(?:-[^/]*)?\.(?<kind>dist-info|egg-info)$/;

export function isMetadataName(entry: string): boolean {
  return entry.endsWith(".dist-info") || entry.endsWith(".egg-info");
}

/**
 * The distribution whose metadata lie at `folder/entry` (a path of this process). Undefined when not even a name and a
 * version can be told. `problem` is called with what is wrong: metadata missing or unreadable, a version that is none.
 */
export async function readDistribution(
  folder: string,
  entry: string,
  problem: (found: DistributionProblem) => void,
): Promise<Distribution | undefined> {
  const place = path.join(folder, entry);
  const from = entry.endsWith(".dist-info") ? "dist-info" : "egg-info";
  const tell = (message: string) => problem({ file: place, message });
  try {
    const metadata = await readMetadata(place, from);
    if (metadata === undefined) tell(`there is no ${from === "dist-info" ? "METADATA" : "PKG-INFO"} in it`);
    const guess = form.exec(entry)?.groups;
    const name = metadata?.name ?? guess?.["name"];
    const text = metadata?.version ?? guess?.["version"];
    if (name === undefined || text === undefined) {
      tell("neither its metadata nor its name tells what it is");
      return undefined;
    }
    if (!isName(name)) {
      tell(`"${name}" is no name of a distribution`);
      return undefined;
    }
    const version = normalizeVersion(text);
    if (version === undefined) tell(`its version "${text}" is none of PEP 440`);
    const [entryPoints, modules] = await Promise.all([
      readTextIfExists(path.join(place, "entry_points.txt")),
      modulesOf(place),
    ]);
    return {
      ...{ name: normalizeName(name), displayName: name, version: version ?? text },
      ...{ requires: metadata?.requires ?? [], requiresPython: metadata?.requiresPython },
      ...{ extras: metadata?.extras ?? [], entryPoints, modules, metadata: entry, from },
    };
  } catch (error) {
    tell(messageOf(error));
    return undefined;
  }
}

async function readMetadata(place: string, from: "dist-info" | "egg-info") {
  if (from === "dist-info") {
    const text = await readTextIfExists(path.join(place, "METADATA"));
    return text === undefined ? undefined : parseMetadata(text);
  }
  // An egg-info of distutils is a file.
  if ((await stat(place)).isFile()) return parseMetadata(await readFile(place, "utf8"));
  const text = await readTextIfExists(path.join(place, "PKG-INFO"));
  if (text === undefined) return undefined;
  const metadata = parseMetadata(text);
  if (metadata.requires.length > 0) return metadata;
  const requires = await readTextIfExists(path.join(place, "requires.txt"));
  return { ...metadata, ...(requires === undefined ? {} : parseRequiresText(requires)) };
}

/** By what was installed; where that is not recorded, by top_level.txt. */
async function modulesOf(place: string): Promise<readonly string[]> {
  const record = await readTextIfExists(path.join(place, "RECORD"));
  if (record !== undefined) return topLevelModules(recordPaths(record));
  const files = await readTextIfExists(path.join(place, "installed-files.txt"));
  if (files !== undefined)
    return topLevelModules(files.split("\n").map((line) => line.replace(/^\.\.\//, "")));
  const names = await readTextIfExists(path.join(place, "top_level.txt"));
  return names === undefined
    ? []
    : names
        .split(/\s+/)
        .filter((name) => name !== "")
        .sort();
}

/** The top-level modules that lie in a folder, for what has no metadata. */
export async function modulesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return topLevelModules(
    entries.map((entry) => (entry.isDirectory() ? `${entry.name}/__init__.py` : entry.name)),
  );
}
