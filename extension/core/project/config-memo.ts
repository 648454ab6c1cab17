import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { configReader } from "sygaldry:assets";
import { readTextIfExists, sha256, writeAtomic } from "../base/files.ts";
import { cacheFolder } from "./home-path.ts";
import { isTree } from "./merge.ts";
import type { Origin } from "./origin.ts";
import type { Environment, Override } from "./overrides.ts";
import type { ReadConfig } from "./read-config.ts";

/** What a configuration was read to, for who reads it again unchanged: that takes a quarter of a warm `sygaldry up`. */
export interface ConfigMemo {
  /** Undefined unless the same program would read the same texts, with the same overrides, again. */
  recall(): Promise<ReadConfig | undefined>;
  /** Never fails: a cache that cannot be written is none. */
  keep(read: ReadConfig): Promise<void>;
}

/** As many configurations are remembered. */
const most = 100;

/**
 * `$XDG_CACHE_HOME/sygaldry/config/<digest of the file's path>.json`, for this user's eyes alone, as the files may be.
 * Undefined for a user without a home.
 */
export function configMemo(
  file: string,
  overrides: readonly Override[],
  environment: Environment,
): ConfigMemo | undefined {
  const cache = cacheOf(environment);
  if (cache === undefined) return undefined;
  const folder = path.join(cache, "config");
  const memo = path.join(folder, `${sha256(file).slice(0, 32)}.json`);
  const given = JSON.stringify([configReader, file, overrides]);
  return {
    async recall() {
      const kept = parse(await readTextIfExists(memo).catch(() => undefined));
      if (kept?.given !== given) return undefined;
      const now = await Promise.all(
        kept.files.map((one) => readTextIfExists(one.file).catch(() => undefined)),
      );
      if (now.some((text, index) => text !== kept.files[index]?.text)) return undefined;
      return { files: kept.files, config: kept.config, origins: new Map(kept.origins) };
    },
    async keep({ files, config, origins }) {
      const kept: Kept = { given, files, config, origins: [...origins] };
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeAtomic(memo, JSON.stringify(kept), 0o600);
        await forgetOldest(folder);
      } catch {}
    },
  };
}

/** Node finds no home for a user id without an account, and throws. */
function cacheOf(environment: Environment): string | undefined {
  try {
    return cacheFolder(environment);
  } catch {
    return undefined;
  }
}

interface Kept extends Omit<ReadConfig, "origins"> {
  readonly given: string;
  readonly origins: readonly (readonly [string, Origin])[];
}

/** What lies there was written by `keep` of this very program, as `given` says, or is not taken. */
function parse(text: string | undefined): Kept | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isKept(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is Kept {
  return (
    isTree(value) &&
    typeof value["given"] === "string" &&
    Array.isArray(value["files"]) &&
    isTree(value["config"]) &&
    Array.isArray(value["origins"])
  );
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= most) return;
  const found = await Promise.all(
    names.map(async (name) => ({ name, changed: (await stat(path.join(folder, name))).mtimeMs })),
  );
  const old = found.sort((a, b) => a.changed - b.changed).slice(0, names.length - most);
  await Promise.all(old.map(({ name }) => rm(path.join(folder, name), { force: true })));
}
