import type { Log } from "../../../core/base/log.ts";
import type { SpackSite } from "../../../core/spack/environment/read-environment.ts";
import { spackSiteAt } from "../../../core/spack/environment/spack-site.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";

/** Spack at the site of this call. */
export async function spackSite(options: SiteOptions, log: Log, signal: AbortSignal): Promise<SpackSite> {
  const { kind, paths } = await chooseSite(options, log);
  return spackSiteAt({ kind, paths, environment: process.env, signal });
}
