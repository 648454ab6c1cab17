import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { processRunner, runChecked } from "../../extension/core/base/process.ts";
import type { PathTranslation } from "../../extension/core/site/paths.ts";
import { runId } from "./run-id.ts";
import { spackFixture } from "./spack-fixtures.ts";

/** Where the stores of the fixtures say that they are. */
export const fixtureStoreRoot = "/opt/spack_store";

export interface UnpackedStore extends AsyncDisposable {
  /** The folder of this machine that stands for /opt/spack_store. */
  readonly folder: string;
  /** As on a host that sees a container's store. */
  readonly paths: PathTranslation;
}

/** The store.tar.gz of a fixture in a folder of its own, by default one with a space and letters beyond ASCII. */
export async function unpackStore(fixture: string, name = "store of größe ✓"): Promise<UnpackedStore> {
  const parent = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const folder = path.join(parent, name);
  await runChecked(processRunner, {
    command: "sh",
    args: [
      "-c",
      'mkdir -p "$1" && tar -C "$1" --strip-components=1 -xpzf "$2"',
      "sh",
      folder,
      spackFixture(fixture, "store.tar.gz"),
    ],
  });
  return {
    folder,
    paths: translation(fixtureStoreRoot, folder),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  };
}

/** One mount: what the site has at `site` lies here at `local`. */
export function translation(site: string, local: string): PathTranslation {
  const move = (file: string, from: string, to: string) =>
    file === from || file.startsWith(`${from}/`) ? to + file.slice(from.length) : file;
  return { local: (file) => move(file, site, local), site: (file) => move(file, local, site) };
}
