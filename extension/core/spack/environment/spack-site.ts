import type { Environment } from "../../project/overrides.ts";
import type { PathTranslation } from "../../site/paths.ts";
import type { Site } from "../../site/site.ts";
import { spackContext } from "../context/probe-context.ts";
import { localSiteFacts, type SiteFacts } from "../context/site-facts.ts";
import type { SpackSite } from "./read-environment.ts";

/** Where the image has Spack and its store. */
const image = { root: "/opt/spack_src", store: "/opt/spack_store" } as const;

export interface SpackSiteOptions {
  readonly kind: Site["kind"];
  readonly paths: PathTranslation;
  /** Of this process. */
  readonly environment: Environment;
  /** Where Spack is, unless SPACK_ROOT or the image has it. */
  readonly spackRoot?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Spack as it is known from here, by reading files alone: a container need not run. */
export async function spackSiteAt(options: SpackSiteOptions): Promise<SpackSite> {
  const { kind, paths, environment } = options;
  const signal = options.signal && { signal: options.signal };
  const facts = await localSiteFacts(environment);
  if (kind === "container") {
    const context = await spackContext(containerFacts(facts), { paths, spackRoot: image.root, ...signal });
    // What the container's user has set is not known out here.
    return { context: { ...context, environment: undefined }, store: image.store };
  }
  const spackRoot =
    options.spackRoot || environment["SPACK_ROOT"] || (kind === "inside" ? image.root : undefined);
  const context = await spackContext(facts, { paths, ...signal, ...(spackRoot && { spackRoot }) });
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
