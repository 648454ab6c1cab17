import { loadConfig, type ProjectConfig } from "../../core/project/config.ts";
import { isTree } from "../../core/project/merge.ts";
import type { KeyPath } from "../../core/project/yaml-source.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput, table } from "../output.ts";

interface ConfigOptions extends CommonOptions {
  readonly explain?: boolean;
}

export async function config(options: ConfigOptions): Promise<number> {
  const output = createOutput(outputOptions(options));
  const project = await loadConfig(loadOptions(options));
  const values = leaves(project.config).map(({ path, value }) => ({
    path: path.join("."),
    value,
    origin: project.origin(path).text,
  }));
  const text = options.explain
    ? table(values.map(({ path, value, origin }) => [path, JSON.stringify(value), origin]))
    : (await import("yaml")).stringify(project.config).trimEnd();
  output.result(
    {
      file: project.file,
      files: project.files,
      config: project.config,
      ...(options.explain ? { origins: origins(project) } : {}),
    },
    text,
  );
  return 0;
}

function origins(project: ProjectConfig): Record<string, string> {
  return Object.fromEntries(
    leaves(project.config).map(({ path }) => [path.join("."), project.origin(path).text]),
  );
}

/** Every scalar, list and empty mapping with its path. */
function leaves(
  value: unknown,
  path: KeyPath = [],
): readonly { readonly path: KeyPath; readonly value: unknown }[] {
  if (!isTree(value) || Object.keys(value).length === 0)
    return value === undefined || path.length === 0 ? [] : [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
