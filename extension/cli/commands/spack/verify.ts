import type { SpackEnvironment } from "../../../core/spack/environment/read-environment.ts";
import {
  type VerifiedPackage,
  verifyEnvironment,
} from "../../../core/spack/environment/verify-environment.ts";
import type { SiteOptions } from "../../site.ts";
import { environmentJson, tellProblems, viewText } from "./environment-text.ts";
import { openEnvironment } from "./open-environment.ts";
import { count, nodeText } from "./text.ts";

interface VerifyOptions extends SiteOptions {
  readonly quick?: boolean;
}

/** Exits 1 when anything is damaged, a lock's node, an installed file, a view, or could not be examined. */
export async function verify(
  options: VerifyOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { output, site, environment } = await openEnvironment(options, name, { signal, links: true });
  const installs = await verifyEnvironment(environment, {
    context: site.context,
    quick: options.quick ?? false,
    signal,
    onVerified: (done, total, { name, state }) => output.debug(`${done} of ${total}: ${name} is ${state}`),
  });
  const sound = isSound(environment, installs);
  output.result(
    { ...environmentJson(environment), sound, installs: installs.map(installJson) },
    verifyText(environment, installs, sound),
  );
  tellProblems(environment, output);
  return sound ? 0 : 1;
}

type Installs = readonly VerifiedPackage[];

function isSound({ hashes, views, problems, packages }: SpackEnvironment, installs: Installs): boolean {
  return (
    problems.length === 0 &&
    (hashes?.damaged.length ?? 0) === 0 &&
    installs.every(({ verdict }) => verdict.state !== "damaged" && verdict.state !== "unknown") &&
    views.every(({ health, packages: wanted }) => isHarmless(health.problems, wanted)) &&
    packages.every(({ state }) => state !== "broken")
  );
}

/** A view that was never made, of nothing installed, is not damaged; nor is what an earlier one left behind. */
function isHarmless(
  problems: SpackEnvironment["views"][number]["health"]["problems"],
  packages: number | undefined,
): boolean {
  return problems.every(({ kind }) => kind === "left-over" || (kind === "missing" && !packages));
}

function installJson({ node, verdict }: VerifiedPackage): Record<string, unknown> {
  return {
    name: node.name,
    version: node.version,
    hash: node.hash,
    prefix: verdict.prefix ?? null,
    state: verdict.state,
    compared: verdict.compared,
    damages: verdict.damages,
    excuses: verdict.excuses,
    unchecked: verdict.unchecked,
  };
}

function verifyText(environment: SpackEnvironment, installs: Installs, sound: boolean): string {
  const { hashes, views, lock } = environment;
  const damaged = installs.filter(({ verdict }) => verdict.state === "damaged");
  const unsure = installs.filter(({ verdict }) => verdict.state === "unknown");
  const files = installs.reduce((sum, { verdict }) => sum + verdict.compared, 0);
  return [
    lock === undefined
      ? "lock     none"
      : `lock     ${hashes?.verified ?? 0} of ${count(lock.lock.nodes.size, "package")} verified`,
    ...(hashes?.damaged ?? []).map((node) => `  damaged: ${nodeText(node)}`),
    ...(hashes?.unverifiable ?? []).map(({ node, why }) => `  not verifiable: ${nodeText(node)}: ${why}`),
    `store    ${count(installs.length, "installed package")}, ${count(files, "file")} compared`,
    ...damaged.flatMap(({ node, verdict }) => [
      `  damaged: ${nodeText(node)}`,
      ...verdict.damages.map(({ kind, path, detail }) => `    ${kind} ${path}: ${detail}`),
    ]),
    ...unsure.flatMap(({ node, verdict }) => [
      `  not all examined: ${nodeText(node)}`,
      ...verdict.unchecked.map(({ path, why }) => `    ${path}: ${why}`),
    ]),
    ...views.map((view) => `view     ${viewText(view)}`),
    sound ? "sound" : unsure.length > 0 && damaged.length === 0 ? "not known to be sound" : "not sound",
  ].join("\n");
}
