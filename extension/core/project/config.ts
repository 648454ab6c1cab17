import path from "node:path";
import { configMemo } from "./config-memo.ts";
import { nearestOrigin, type Origin } from "./origin.ts";
import { type ConfigFlags, type Environment, environmentOverrides, flagOverrides } from "./overrides.ts";
import type { ReadConfig } from "./read-config.ts";
import { findConfigFile } from "./root.ts";
import type { Config } from "./schema.ts";
import type { KeyPath } from "./yaml-source.ts";

/** sygaldry.yaml with all that overrides it, validated. */
export interface ProjectConfig {
  /** The folder of sygaldry.yaml: the repository that is mounted. Absolute, as the caller named it (not resolved). */
  readonly root: string;
  readonly file: string;
  /** Every configuration file that was read, bases first. */
  readonly files: readonly string[];
  readonly config: Config;
  origin(path: KeyPath): Origin;
}

export interface LoadOptions {
  /** Where to look for sygaldry.yaml, upwards. */
  readonly cwd: string;
  /** The file itself; overrides the search. */
  readonly file?: string;
  readonly environment?: Environment;
  readonly flags?: ConfigFlags;
}

/**
 * Loads the configuration: flag > environment > sygaldry.yaml > what it extends > default. What the same files were read to
 * before is remembered in the user's cache; without an environment nothing is.
 * Throws SYG-CONFIG-MISSING, SYG-CONFIG-EXTENDS, or SYG-CONFIG-INVALID that lists every problem with file:line:column.
 */
export async function loadConfig(options: LoadOptions): Promise<ProjectConfig> {
  const { cwd, environment = {}, flags = {} } = options;
  const file = options.file === undefined ? findConfigFile(cwd) : path.resolve(cwd, options.file);
  const overrides = [...environmentOverrides(environment), ...flagOverrides(flags)];
  const memo = options.environment === undefined ? undefined : configMemo(file, overrides, environment);
  const known = await memo?.recall();
  if (known !== undefined) return projectConfig(file, known);
  const { readConfig } = await import("./read-config.ts");
  const read = await readConfig(file, overrides);
  await memo?.keep(read);
  return projectConfig(file, read);
}

function projectConfig(file: string, { files, config, origins }: ReadConfig): ProjectConfig {
  return {
    root: path.dirname(file),
    file,
    files: files.map((one) => one.file),
    config,
    origin: (at) => nearestOrigin(origins, at),
  };
}
