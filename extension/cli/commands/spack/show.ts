import { forEachParallel } from "../../../core/base/parallel.ts";
import { sizeText } from "../../../core/base/text-size.ts";
import type { PathTranslation } from "../../../core/site/paths.ts";
import { type FailedPackage, failedPackages } from "../../../core/spack/environment/failed-packages.ts";
import type { EnvironmentPackage } from "../../../core/spack/environment/package-states.ts";
import type { SpackEnvironment } from "../../../core/spack/environment/read-environment.ts";
import { type InstallDetails, readInstallDetails } from "../../../core/spack/store/install-details.ts";
import { installSize } from "../../../core/spack/store/install-size.ts";
import { table } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import {
  driftText,
  environmentJson,
  stateCounts,
  storeText,
  tellProblems,
  viewText,
} from "./environment-text.ts";
import { openEnvironment } from "./open-environment.ts";
import { count, nodeJson, nodeText, shortHash, sortedRoots } from "./text.ts";

interface ShowOptions extends SiteOptions {
  readonly all?: boolean;
}

/** What the records inside a prefix tell. */
interface Details extends Pick<InstallDetails, "origin" | "seconds" | "log"> {
  readonly bytes: number | undefined;
}

export async function show(
  options: ShowOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { output, site, environment } = await openEnvironment(options, name, { signal });
  const shown = environment.packages.filter(({ root }) => root || options.all === true);
  const { paths } = site.context;
  const [details, failed] = await Promise.all([
    readDetails(shown, paths, signal),
    failedPackages(environment, { paths, signal }),
  ]);
  output.result(
    {
      ...environmentJson(environment),
      roots: rootsJson(environment),
      packages: environment.packages.map((found) => packageJson(found, details.get(found.node.hash))),
      failed: failed.map(failedJson),
    },
    [
      showText(environment, options.all === true ? shown : undefined, details),
      ...failed.map(failedText),
    ].join("\n\n"),
  );
  tellProblems(environment, output);
  return environment.problems.length > 0 ? 1 : 0;
}

async function readDetails(
  packages: readonly EnvironmentPackage[],
  paths: PathTranslation,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Details>> {
  const details = new Map<string, Details>();
  await forEachParallel(packages, 16, async ({ node, prefix, state }) => {
    if (state !== "installed" || prefix === undefined) return;
    const [{ origin, seconds, log }, size] = await Promise.all([
      readInstallDetails(prefix, { paths, signal }),
      installSize(prefix, { paths, signal }),
    ]);
    details.set(node.hash, { origin, seconds, log, bytes: size?.bytes });
  });
  return details;
}

function rootsJson({ lock }: SpackEnvironment): readonly Record<string, unknown>[] {
  return (lock?.lock.roots ?? []).map(({ spec, hash, group }) => ({ spec, hash, group }));
}

function packageJson(found: EnvironmentPackage, details: Details | undefined): Record<string, unknown> {
  const { node, root, buildOnly, state, why, record, prefix } = found;
  return {
    name: node.name,
    version: node.version,
    hash: node.hash,
    namespace: node.namespace,
    target: node.target,
    variants: node.variants,
    root,
    buildOnly,
    state,
    why: why ?? null,
    prefix: prefix ?? null,
    explicit: record?.explicit ?? null,
    installedAt: record?.installedAt ?? null,
    origin: details?.origin ?? null,
    installSeconds: details?.seconds ?? null,
    bytes: details?.bytes ?? null,
    log: details?.log ?? null,
  };
}

function failedJson({ node, failure, log, errors, unreadable }: FailedPackage): Record<string, unknown> {
  return {
    ...nodeJson(node),
    at: failure.at,
    log: log ?? null,
    errors: errors.map(({ line, text, source }) => ({ line, text, source: source ?? null })),
    unreadable: unreadable ?? null,
  };
}

function failedText({ node, failure, log, errors, unreadable }: FailedPackage): string {
  const when = new Date(failure.at * 1000).toISOString();
  const marked = new Set(errors.map(({ line }) => line));
  const cited = new Map(errors.flatMap(({ context }) => context).map(({ line, text }) => [line, text]));
  return [
    `${nodeText(node)} failed to build (${when}); log: ${log ?? "gone"}`,
    ...(unreadable === undefined ? [] : [`  ${unreadable}`]),
    ...[...cited]
      .sort(([a], [b]) => a - b)
      .map(([line, text]) => `  ${marked.has(line) ? ">" : " "} ${String(line).padStart(5)}  ${text}`),
  ].join("\n");
}

function showText(
  environment: SpackEnvironment,
  all: readonly EnvironmentPackage[] | undefined,
  details: ReadonlyMap<string, Details>,
): string {
  const { lock, hashes, packages, store, views, drift } = environment;
  const head = [
    ["environment", `${environment.name} (${environment.folder})`],
    [
      "lock",
      lock === undefined
        ? driftText(environment)
        : `${driftText(environment)}; ${count(lock.lock.nodes.size, "package")}, ${hashes?.verified ?? 0} verified${lock.lock.spackVersion === undefined ? "" : `; Spack ${lock.lock.spackVersion}`}`,
    ],
    ...reasonTexts(drift).map((text) => ["", text]),
    [
      "store",
      `${store.root ?? "unknown"}${packages.length === 0 ? "" : `: ${storeText(stateCounts(packages))}`}`,
    ],
    ...views.map((view) => ["view", viewText(view)]),
  ];
  return [table(head), ...bodyText(environment, all, details)].join("\n\n");
}

/** In a manifest that was written anew there may be thousands. */
const mostReasons = 30;

function reasonTexts(drift: SpackEnvironment["drift"]): readonly string[] {
  const texts = (drift?.reasons ?? []).map(({ text }) => text);
  const more = texts.length - mostReasons;
  return more > 0 ? [...texts.slice(0, mostReasons), `… and ${count(more, "further reason")}`] : texts;
}

function bodyText(
  { lock, packages }: SpackEnvironment,
  all: readonly EnvironmentPackage[] | undefined,
  details: ReadonlyMap<string, Details>,
): readonly string[] {
  if (lock === undefined) return [];
  const byHash = new Map(packages.map((found) => [found.node.hash, found]));
  const rows =
    all?.map((found) => ({ label: found.root ? "root" : found.buildOnly ? "build" : "", found })) ??
    sortedRoots(lock.lock).flatMap(({ spec, hash }) => {
      const found = byHash.get(hash);
      return found === undefined ? [] : [{ label: spec, found }];
    });
  if (rows.length === 0) return [];
  const cells = rows.map(({ label, found }) => packageRow(label, found, details.get(found.node.hash)));
  return [table([["", ...(all ? [""] : ["asked for"]), "solved to", "state", "from", "size"], ...cells])];
}

const marks: Readonly<Record<EnvironmentPackage["state"], string>> = {
  installed: "✓",
  external: "•",
  missing: "-",
  failed: "✗",
  broken: "✗",
  "not-needed": " ",
  unknown: "?",
};

function packageRow(
  label: string,
  { node, state }: EnvironmentPackage,
  details: Details | undefined,
): readonly string[] {
  return [
    marks[state],
    label,
    `${node.name} ${node.version} ${shortHash(node)}`,
    state === "not-needed" ? "only for building" : state,
    details?.origin === "unknown" ? "" : (details?.origin ?? ""),
    details?.bytes === undefined ? "" : sizeText(details.bytes),
  ];
}
