import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "../../../core/base/errors.ts";
import { writeAtomic } from "../../../core/base/files.ts";
import { shellQuote } from "../../../core/base/shell.ts";
import { manifestName } from "../../../core/spack/find-environments.ts";
import { createCommand } from "../../../core/spack/run/commands.ts";
import { newManifest } from "../../../core/spack/run/new-manifest.ts";
import { runSpackChecked } from "../../../core/spack/run/run-spack.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";
import { repositoryRoot } from "./context.ts";
import { openSpack } from "./place.ts";

export interface CreateCommandOptions extends SiteOptions {
  /** The view's root at the site; `false` for none. */
  readonly view?: string | false;
  readonly spec?: readonly string[];
  /** A spack.yaml, a spack.lock or another environment to begin with; Spack makes the environment of it. */
  readonly from?: string;
}

/**
 * Makes an environment in the repository: `spack/NAME`, or the folder that is named by a path. It is a file with what is
 * asked for and a view of its own; nothing is solved yet, and Spack need not be there unless it is made `from` something.
 */
export async function create(
  options: CreateCommandOptions,
  [name = ""]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const root = await repositoryRoot(options);
  const { cwd } = loadOptions(options);
  const folder = /^\w[\w.-]*$/.test(name) ? path.join(root, "spack", name) : path.resolve(cwd, name);
  const file = path.join(folder, manifestName);
  if ((await stat(file).catch(() => undefined)) !== undefined) {
    throw new SygaldryError("SYG-FILE", `${file} is there already`, {
      next: "Choose another name, or edit that file.",
    });
  }
  if (options.from === undefined) await writeManifest(options, folder, output);
  else await copyEnvironment(options, folder, path.resolve(cwd, options.from), output, signal);
  const shown = path.relative(cwd, folder) || ".";
  output.result(
    { environment: name, folder, file },
    `${file}\nnext: sygaldry spack concretize ${shellQuote(shown)}`,
  );
  return 0;
}

async function writeManifest(options: CreateCommandOptions, folder: string, output: Output): Promise<void> {
  const site = await chooseSite(options, output);
  const own = site.kind === "local" ? undefined : `/opt/spack_store/view-${path.basename(folder)}`;
  const view = options.view ?? own ?? true;
  const text = newManifest({ specs: options.spec ?? [], view });
  try {
    await mkdir(folder, { recursive: true });
    await writeAtomic(path.join(folder, manifestName), text);
  } catch (cause) {
    if (systemCode(cause) === undefined) throw cause;
    throw new SygaldryError("SYG-FILE", `${folder} cannot be made an environment: ${messageOf(cause)}`, {
      ...{ cause, next: "Name a folder in which this user may write." },
    });
  }
}

async function copyEnvironment(
  options: CreateCommandOptions,
  folder: string,
  from: string,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { site, program, environment } = await openSpack(options, { name: folder, folder }, output);
  const { view } = options;
  const command = createCommand(program, {
    ...{ at: { directory: environment }, from: site.paths.site(from) },
    ...(view === undefined ? {} : { view }),
  });
  await runSpackChecked(site, command, { signal, onLine: (line) => output.debug(line) });
}
