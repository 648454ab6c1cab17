import path from "node:path";
import { findWorkspaceRoot } from "../../../core/bazel/workspace/find-root.ts";
import { type BazelProgram, findBazel } from "../../../core/bazel/workspace/program.ts";
import type { Site } from "../../../core/site/site.ts";
import { loadOptions } from "../../options.ts";
import type { Output } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";

export interface WorkspacePlace {
  /** Absolute, on this side. */
  readonly root: string;
  /** Where the call stands, below the root with '/'. */
  readonly folder: string;
}

/** The workspace that the call stands in, or the given sygaldry.yaml. Throws SYG-BAZEL-WORKSPACE when there is none. */
export async function findPlace(options: SiteOptions): Promise<WorkspacePlace> {
  const { cwd, file } = loadOptions(options);
  const from = file === undefined ? cwd : path.dirname(path.resolve(cwd, file));
  const { root } = await findWorkspaceRoot(from);
  return { root, folder: path.relative(root, from).split(path.sep).join("/") };
}

export interface OpenBazel {
  readonly site: Site;
  readonly bazel: BazelProgram;
}

/** The Bazel that the workspace has, where its tools are. Throws as findBazel and chooseSite do. */
export async function openBazel(
  options: SiteOptions,
  root: string,
  output: Output,
  signal: AbortSignal,
): Promise<OpenBazel> {
  const site = await chooseSite(options, output);
  const bazel = await findBazel(site, root, signal);
  const { wanted, version } = bazel;
  if (wanted !== undefined && /^\d+\.\d+\.\d+/.test(wanted) && wanted !== version.text)
    output.warn(`.bazelversion asks for ${wanted}, and ${bazel.program} is ${version.text}`);
  output.debug(`asking ${bazel.program} ${version.text}`);
  return { site, bazel };
}

/** What `--json` says of the Bazel that answered. */
export function bazelJson({ program, version, wanted }: BazelProgram): Record<string, unknown> {
  return { program, version: version.text, wanted: wanted ?? null };
}
