import { messageOf } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import { constrain } from "../spec/constrain.ts";
import { type ParseOptions, parseSpec } from "../spec/parse-spec.ts";
import { emptySpec, type Spec, type SpecDependency } from "../spec/spec.ts";
import { type ConfigValue, type Origin, textOf, at as valueAt } from "./config-value.ts";

/** Named compilers and more, for `%NAME` in specs (Spack 1.0 and later). */
export interface Toolchain {
  readonly name: string;
  readonly at: Origin;
  /** Set for the short form, one spec. */
  readonly spec: string | undefined;
  readonly entries: readonly ToolchainEntry[];
}

interface ToolchainEntry {
  readonly spec: string;
  /** Empty when it always counts. */
  readonly when: string;
}

export function toolchainsOf(value: ConfigValue | undefined): ReadonlyMap<string, Toolchain> {
  const entries = value?.kind === "map" ? value.entries : [];
  return new Map(
    entries.map((entry): [string, Toolchain] => {
      const items = entry.value.kind === "list" ? entry.value.items : [];
      const parts = items.map((item) => ({
        spec: textOf(valueAt(item, "spec")) ?? "",
        when: textOf(valueAt(item, "when")) ?? "",
      }));
      return [entry.key, { name: entry.key, at: entry.keyAt, spec: textOf(entry.value), entries: parts }];
    }),
  );
}

/** Something about a toolchain that Spack refuses when it is used. */
export class ToolchainError extends Error {}

/**
 * How specs of this environment are parsed: `%NAME` becomes what the toolchain asks for.
 * Parsing then also throws ToolchainError, for a toolchain that Spack would refuse.
 */
export function parseOptions(
  toolchains: ReadonlyMap<string, Toolchain>,
  context: SpackContext,
): ParseOptions {
  const parsed = new Map<string, Spec>();
  const parsing: string[] = [];
  const { platform, os, target } = context;
  const host =
    platform !== undefined && os !== undefined && target !== undefined ? { platform, os, target } : undefined;
  const options: ParseOptions = { ...(host && { host }), toolchain };
  return options;

  function toolchain(name: string, propagate: boolean): Spec | undefined {
    const found = toolchains.get(name);
    if (found === undefined) return undefined;
    if (parsing.includes(name)) {
      throw new ToolchainError(`the toolchains go in a circle: ${[...parsing, name].join(" → ")}`);
    }
    parsing.push(name);
    try {
      const spec = parsed.get(name) ?? parseToolchain(found, options);
      parsed.set(name, spec);
      return propagate ? propagated(spec) : spec;
    } finally {
      parsing.pop();
    }
  }
}

function parseToolchain(toolchain: Toolchain, options: ParseOptions): Spec {
  try {
    if (toolchain.spec !== undefined) return onlyDirect(parseSpec(toolchain.spec, options), toolchain);
    return toolchain.entries.reduce(
      (whole, { spec, when }) =>
        constrain(
          whole,
          conditional(onlyDirect(parseSpec(spec, options), toolchain), parseSpec(when, options)),
        ),
      emptySpec,
    );
  } catch (error) {
    if (error instanceof ToolchainError) throw error;
    throw new ToolchainError(`the toolchain ${toolchain.name} cannot be used: ${messageOf(error)}`);
  }
}

function onlyDirect(spec: Spec, toolchain: Toolchain): Spec {
  const indirect = edgesOf(spec).find((edge) => !edge.direct);
  if (indirect === undefined) return spec;
  throw new ToolchainError(
    `the toolchain ${toolchain.name} asks for ^${indirect.spec.name}; Spack takes only % in toolchains`,
  );
}

function edgesOf(spec: Spec): readonly SpecDependency[] {
  return spec.dependencies.flatMap((edge) => [edge, ...edgesOf(edge.spec)]);
}

/** The condition counts for every edge, that of a dependency's dependency too. */
function conditional(spec: Spec, when: Spec): Spec {
  return withEdges(spec, (edge) => ({ ...edge, when: constrain(edge.when, when) }));
}

/** `%%NAME` */
function propagated(spec: Spec): Spec {
  return withEdges(spec, (edge) => ({ ...edge, propagate: true }));
}

function withEdges(spec: Spec, change: (edge: SpecDependency) => SpecDependency): Spec {
  const dependencies = spec.dependencies.map((edge) =>
    change({ ...edge, spec: withEdges(edge.spec, change) }),
  );
  return { ...spec, dependencies };
}
