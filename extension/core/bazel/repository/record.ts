import path from "node:path";
import { readTextIfExists, sha256 } from "../../base/files.ts";
import { isJsonObject } from "../../base/json-fields.ts";
import type { RenderedFile } from "../../base/rendered/rendered-file.ts";
import type { RepositoryPlan } from "./model.ts";

/**
 * third_party/.sygaldry.json: what `bazel sync` wrote, by SHA-256, so that what was changed by hand since is told from what is
 * merely stale. It is committed with the files.
 */
export interface SyncRecord {
  /** Path below the workspace → SHA-256 of the file. */
  readonly files: Readonly<Record<string, string>>;
  /** Path below the workspace → SHA-256 of the body of its block. */
  readonly blocks: Readonly<Record<string, string>>;
}

const recordPath = "third_party/.sygaldry.json";

/** What is no record is taken for none; paths that leave the workspace are dropped, because a repository brings its record along. */
export async function readRecord(root: string): Promise<SyncRecord> {
  const value = parseJson((await readTextIfExists(path.join(root, recordPath))) ?? "");
  if (!isJsonObject(value) || value["version"] !== 1) return { files: {}, blocks: {} };
  return { files: sums(value["files"]), blocks: sums(value["blocks"]) };
}

export function recordFile({ files, blocks }: RepositoryPlan): RenderedFile {
  const record = {
    version: 1,
    files: sorted(files.map(({ path: name, content }) => [name, sha256(content)])),
    blocks: sorted(blocks.map(({ path: name, body }) => [name, sha256(body)])),
  };
  return { path: recordPath, content: `${JSON.stringify(record, null, 2)}\n`, executable: false };
}

function sorted(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sums(value: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  const below = ([name]: readonly [string, unknown]) =>
    !path.isAbsolute(name) && !name.split(/[\\/]/).includes("..");
  return Object.fromEntries(
    Object.entries(value)
      .filter(below)
      .map(([name, sum]) => [name, String(sum)]),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
