import type { Log } from "../../../core/base/log.ts";
import { spackContext } from "../../../core/spack/context/probe-context.ts";
import { localSiteFacts, type SiteFacts } from "../../../core/spack/context/site-facts.ts";
import type { SpackSite } from "../../../core/spack/environment/read-environment.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";

/** Where the image has Spack and its store. */
const image = { root: "/opt/spack_src", store: "/opt/spack_store" } as const;

/** Spack as it is known from here, by reading files alone: a container need not run. */
export async function spackSite(options: SiteOptions, log: Log, signal: AbortSignal): Promise<SpackSite> {
  const { kind, paths } = await chooseSite(options, log);
  const facts = await localSiteFacts(process.env);
  if (kind === "container") {
    const context = await spackContext(containerFacts(facts), { paths, spackRoot: image.root, signal });
    // What the container's user has set is not known out here.
    return { context: { ...context, environment: undefined }, store: image.store };
  }
  const spackRoot = process.env["SPACK_ROOT"] || (kind === "inside" ? image.root : undefined);
  const context = await spackContext(facts, { paths, signal, ...(spackRoot && { spackRoot }) });
  return { context, store: spackRoot && (kind === "inside" ? image.store : `${spackRoot}/opt/spack`) };
}

/** The container runs Linux on this machine's processor, with another system and another user. */
function containerFacts(host: SiteFacts): SiteFacts {
  return {
    ...host,
    system: "Linux",
    hostname: undefined,
    user: undefined,
    home: undefined,
    osRelease: undefined,
    environment: {},
  };
}
