import path from "node:path";
import { viewDescriptors } from "../../../core/spack/environment/environment-views.ts";
import { readEnvironments, type SpackEnvironment } from "../../../core/spack/environment/read-environment.ts";
import { type ViewConflict, viewConflicts } from "../../../core/spack/view/shared-views.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output, table } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { repositoryEnvironments } from "./context.ts";
import { driftText, environmentJson, stateCounts, storeText } from "./environment-text.ts";
import { spackSite } from "./spack-site.ts";

export async function list(
  options: SiteOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const [found, site] = await Promise.all([
    repositoryEnvironments(options, signal),
    spackSite(options, output, signal),
  ]);
  const { root } = found;
  const environments = await readEnvironments(found.environments, site, { signal });
  const conflicts = viewConflicts(
    environments.flatMap(({ name, manifest }) =>
      manifest === undefined
        ? []
        : viewDescriptors(manifest).map((descriptor) => ({ environment: name, descriptor })),
    ),
  );
  output.result(
    {
      root,
      environments: environments.map(environmentJson),
      viewConflicts: conflicts.map(({ kind, path: place, views }) => ({
        kind,
        path: place,
        environments: [...new Set(views.map(({ environment }) => environment))],
      })),
    },
    environments.length === 0 ? undefined : table([titles, ...environments.map(row)]),
  );
  if (environments.length === 0) output.info(`There is no spack.yaml in ${root}.`);
  tell(environments, conflicts, output);
  return 0;
}

function tell(
  environments: readonly SpackEnvironment[],
  conflicts: readonly ViewConflict[],
  output: Output,
): void {
  // Environments that share a store share its problems.
  const problems = new Map(
    environments.flatMap((environment) => environment.problems.map((one) => [one.message, one])),
  );
  for (const problem of problems.values()) output.problem(problem);
  for (const { kind, path: place, views } of conflicts) {
    const names = [...new Set(views.map(({ environment }) => environment))].join(", ");
    output.warn(
      `${names}: ${kind === "same" ? "share" : "have views inside each other at"} the view root ${place}; the last one to be installed overwrites the others`,
    );
  }
}

const titles = ["environment", "roots", "packages", "lock", "installed"];

function row(environment: SpackEnvironment): readonly string[] {
  const { lock, packages } = environment;
  return [
    environment.name === "." ? `. (${path.basename(environment.folder)})` : environment.name,
    String(lock?.lock.roots.length ?? "-"),
    String(lock?.lock.nodes.size ?? "-"),
    driftText(environment),
    packages.length === 0 ? "-" : storeText(stateCounts(packages)),
  ];
}
