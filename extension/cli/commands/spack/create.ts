import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { writeAtomic } from "../../../core/base/files.ts";
import { manifestName } from "../../../core/spack/find-environments.ts";
import { newManifest } from "../../../core/spack/run/new-manifest.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";
import { repositoryRoot } from "./context.ts";

export interface CreateCommandOptions extends SiteOptions {
  /** The view's root at the site; `false` for none. */
  readonly view?: string | false;
  readonly specs?: readonly string[];
}

/**
 * Makes an environment in the repository: `spack/NAME`, or the folder that is named by a path. It is a file with what is
 * asked for and a view of its own; nothing is solved yet, and Spack need not be there.
 */
export async function create(options: CreateCommandOptions, [name = ""]: readonly string[]): Promise<number> {
  const output = createOutput(outputOptions(options));
  const root = await repositoryRoot(options);
  const { cwd } = loadOptions(options);
  const folder = /^[\w.-]+$/.test(name) ? path.join(root, "spack", name) : path.resolve(cwd, name);
  const file = path.join(folder, manifestName);
  if ((await stat(file).catch(() => undefined)) !== undefined) {
    throw new SygaldryError("SYG-FILE", `${file} is there already`, {
      next: "Choose another name, or edit that file.",
    });
  }
  const site = await chooseSite(options, output);
  const own = site.kind === "local" ? undefined : `/opt/spack_store/view-${path.basename(folder)}`;
  const view = options.view ?? own ?? true;
  await mkdir(folder, { recursive: true });
  await writeAtomic(file, newManifest({ specs: options.specs ?? [], view }));
  const shown = path.relative(cwd, folder) || ".";
  output.result({ environment: name, folder, file }, `${file}\nnext: sygaldry spack concretize ${shown}`);
  return 0;
}
