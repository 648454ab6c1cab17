import type { SpackDistribution } from "../../../core/python/distributions/distribution.ts";
import type { PythonEnvironment } from "../../../core/python/python-environment.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { type PythonOptions, requirePython } from "./place.ts";

export async function list(
  options: PythonOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { environment, index } = await requirePython(options, name, output, signal);
  output.result({ ...environmentJson(environment), index }, listText(environment));
  for (const { file, message } of environment.problems) output.warn(`${file}: ${message}`);
  for (const each of environment.hidden)
    output.warn(`${specText(each)} is hidden by another version of ${each.name}`);
  if (environment.python === undefined) output.info(`${environment.name} has no Python.`);
  return 0;
}

export function distributionJson(one: SpackDistribution): Readonly<Record<string, unknown>> {
  const { name, displayName, version, from, modules, extras, requires, requiresPython, owner, folder } = one;
  return {
    ...{ name, displayName, version, from, modules, extras, requires },
    ...{ requiresPython: requiresPython ?? null, package: owner, folder },
  };
}

export function environmentJson(environment: PythonEnvironment): Readonly<Record<string, unknown>> {
  const { python, view, distributions, hidden, foreign, missing, problems, paths } = environment;
  return {
    ...{ environment: environment.name, python: python ?? null, view: view ?? null, paths },
    distributions: distributions.map(distributionJson),
    hidden: hidden.map(distributionJson),
    outside: environment.outside.map(distributionJson),
    foreign,
    missing: missing.map(({ name, version, hash }) => ({ name, version, hash })),
    problems,
  };
}

/** `py-numpy@2.3.5/tpvoejp` */
export function specText({ owner }: Pick<SpackDistribution, "owner">): string {
  return `${owner.name}@${owner.version}/${owner.hash.slice(0, 7)}`;
}

function listText({ distributions }: PythonEnvironment): string | undefined {
  if (distributions.length === 0) return undefined;
  const rows = distributions.map((one) => [
    one.name,
    one.version,
    specText(one),
    one.from === "package" ? "named after the package: it has no metadata" : "",
  ]);
  return table([["distribution", "version", "package"], ...rows]);
}
