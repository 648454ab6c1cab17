import { homedir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isCancellation, SygaldryError } from "../../../core/base/errors.ts";
import { sizeText } from "../../../core/base/text-size.ts";
import type { Mirror } from "../../../core/spack/buildcache/mirror.ts";
import { type EnvironmentPlan, planEnvironment } from "../../../core/spack/environment/plan-environment.ts";
import { cacheMirror, cacheSetting } from "../../../core/spack/run/cache-setting.ts";
import { duration } from "../../live-lines.ts";
import { createOutput, table } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { requireLock } from "./context.ts";
import { openEnvironment } from "./open-environment.ts";
import { openSpack, type SpackPlace, sharedCache, siteVariables } from "./place.ts";
import { count } from "./text.ts";

interface PlanOptions extends SiteOptions {
  readonly cache?: "auto" | "only" | "never";
}

/** What `install` would do, before it does anything. */
export async function plan(
  options: PlanOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { output, site, environment } = await openEnvironment(options, name, { signal });
  const [problem] = environment.problems;
  if (problem !== undefined || environment.manifest === undefined) {
    throw problem ?? new SygaldryError("SYG-SPACK-ENV", `${environment.name} cannot be read`);
  }
  const { lock } = await requireLock(environment, signal);
  const never = options.cache === "never";
  const found = await planEnvironment(environment, environment.manifest, lock, {
    context: site.context,
    mirrors: never ? [] : await projectCache(options, environment, signal),
    configured: !never,
    ...(options.cache === "only" ? { buildDependencies: "none" } : {}),
    ...indexFolder(),
    signal,
  });
  output.result({ environment: environment.name, ...found }, planText(found));
  return 0;
}

/** Where indexes of caches are remembered; nowhere for a user without a home. */
function indexFolder(): { readonly indexes?: string } {
  try {
    const caches = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
    return { indexes: path.join(caches, "sygaldry/buildcache") };
  } catch {
    return {};
  }
}

/** The cache that `install` and `push` use by themselves; a container that does not run has the default one. */
async function projectCache(
  options: SiteOptions,
  folder: Parameters<typeof openSpack>[1],
  signal: AbortSignal,
): Promise<readonly Mirror[]> {
  const place = await openSpack(options, folder, createOutput({ json: false, quiet: true, verbose: false }));
  const variables = await variablesOf(place, signal);
  const setting = cacheSetting(variables, sharedCache(place));
  if (setting === undefined) return [];
  const { url, access } = setting;
  const id = access && variables[access.user];
  const secret = access && variables[access.password];
  return [
    {
      name: cacheMirror,
      url: url.startsWith("/") ? pathToFileURL(url).href : url,
      signed: false,
      credentials: id && secret ? { kind: "password", id, secret } : { kind: "none" },
    },
  ];
}

/** None of a container that does not run. */
async function variablesOf(
  place: SpackPlace,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string | undefined>>> {
  try {
    return await siteVariables(place, signal);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return {};
  }
}

function planText({ steps, counts, seconds, withoutEstimate, bytes, caches }: EnvironmentPlan): string {
  const work = steps.filter(({ how }) => how !== "installed" && how !== "external");
  const lines = work.map(({ name, version, hash, how, cache, estimate, notes }) => [
    `${name} ${version} /${hash.slice(0, 7)}`,
    how === "cache" ? `from ${cache}` : words[how],
    estimate === undefined ? "" : `${duration(estimate.seconds)} (${estimate.basis})`,
    notes.join("; "),
  ]);
  const already = `${counts.installed} installed already, ${counts.external} external`;
  if (work.length === 0) return `nothing to install: ${already}`;
  const parts = (["cache", "source", "unknown", "unavailable"] as const).flatMap((how) =>
    counts[how] > 0 ? [`${counts[how]} ${words[how]}`] : [],
  );
  return [
    table(lines),
    "",
    ...caches.map(({ name, url, index }) => `cache ${name} (${url}): ${indexText(index)}`),
    `${count(work.length, "package")} to install: ${parts.join(", ")}; ${already}`,
    timeText(seconds, withoutEstimate, bytes),
  ].join("\n");
}

const words = {
  installed: "installed",
  external: "external",
  cache: "from a build cache",
  source: "from source",
  unknown: "from source unless a cache that could not be asked has it",
  unavailable: "in no cache, and not to be built",
} as const;

function indexText(index: EnvironmentPlan["caches"][number]["index"]): string {
  if (index.state === "read") return count(index.packages, "package");
  return index.state === "missing" ? "no index, asked for each package" : index.why;
}

function timeText(seconds: number, withoutEstimate: number, bytes: number): string {
  const size = bytes > 0 ? `, ${sizeText(bytes)} to fetch` : "";
  if (seconds === 0) return `how long it takes is not known: none of them was installed before${size}`;
  const rest =
    withoutEstimate > 0 ? `, and ${count(withoutEstimate, "package")} of which nothing is recorded` : "";
  return `about ${duration(seconds)}${rest}${size}`;
}
