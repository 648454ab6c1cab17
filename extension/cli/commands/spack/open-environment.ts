import {
  type ReadOptions,
  readEnvironment,
  type SpackEnvironment,
  type SpackSite,
} from "../../../core/spack/environment/read-environment.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { chooseEnvironment } from "./context.ts";
import { spackSite } from "./spack-site.ts";

export interface OpenEnvironment {
  readonly output: Output;
  readonly site: SpackSite;
  readonly environment: SpackEnvironment;
}

/** What the commands about one environment begin with: which it is, and all that is known of it. */
export async function openEnvironment(
  options: SiteOptions,
  name: string | undefined,
  read: ReadOptions & { readonly signal: AbortSignal },
): Promise<OpenEnvironment> {
  const output = createOutput(outputOptions(options));
  const [folder, site] = await Promise.all([
    chooseEnvironment(options, name, read.signal),
    spackSite(options, output, read.signal),
  ]);
  return { output, site, environment: await readEnvironment(folder, site, read) };
}
