import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runId } from "./run-id.ts";
import { spackFixture } from "./spack-fixtures.ts";

export interface CacheFolder extends Disposable {
  readonly folder: string;
}

/** The file cache of `demo-buildcache` in a folder of its own, with the index's blob, which the fixture keeps decoded. */
export function demoCacheFolder(): CacheFolder {
  const parent = mkdtempSync(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const folder = path.join(parent, "mirror of größe");
  cpSync(spackFixture("demo-buildcache", "mirror", "v3"), path.join(folder, "v3"), { recursive: true });
  const index = readFileSync(spackFixture("demo-buildcache", "mirror", "blobs-decoded", "index.json"));
  const sum = createHash("sha256").update(index).digest("hex");
  const blobs = path.join(folder, "blobs", "sha256", sum.slice(0, 2));
  mkdirSync(blobs, { recursive: true });
  writeFileSync(path.join(blobs, sum), index);
  return { folder, [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }) };
}
