import { compilerName } from "./compiler-aliases.ts";
import { formatFlags } from "./flags.ts";
import { isEmptySpec } from "./same-spec.ts";
import type { Spec, SpecDependency } from "./spec.ts";
import { compareText } from "./text-order.ts";
import { formatVariant, type Variant } from "./variant.ts";
import { formatStandardVersion } from "./version.ts";
import { formatVersionList, isAnyVersion } from "./version-list.ts";

/** The text that Spack 1.1 prints for a spec; reading it gives the spec again, save for namespaces of named packages. */
export function formatSpec(spec: Spec): string {
  if (spec.concrete !== undefined) return formatConcrete(spec, spec.concrete.hash);
  const node = formatNode(spec, spec.name);
  return spec.dependencies.length === 0 ? node : `${node} ${formatDependencies(spec)}`.trim();
}

function formatConcrete(spec: Spec, hash: string): string {
  const [version] = spec.versions;
  const text =
    version?.kind === "version" ? formatStandardVersion(version) : formatVersionList(spec.versions);
  return `${spec.name}@${text}/${hash}`;
}

/** The spec without its dependencies. */
function formatNode(spec: Spec, name: string): string {
  const { versions, namespace, architecture, hash } = spec;
  const text = [
    name,
    isAnyVersion(versions) ? "" : `@${formatVersionList(versions)}`,
    formatFlags(spec.flags),
    formatVariants(spec.variants),
    spec.name === "" ? keyed("namespace", namespace) : "",
    keyed("platform", architecture?.platform),
    keyed("os", architecture?.os),
    keyed("target", architecture?.target),
    hash === undefined ? "" : `/${hash}`,
  ];
  return text.join("").trim();
}

/** Switches first, then the others, each by name. */
function formatVariants(variants: ReadonlyMap<string, Variant>): string {
  if (variants.size === 0) return "";
  const ordered = [...variants.values()].sort((a, b) => compareText(a.name, b.name));
  const switches = ordered.filter(({ kind }) => kind === "switch").map(formatVariant);
  const others = ordered
    .filter(({ kind }) => kind !== "switch")
    .map((variant) => ` ${formatVariant(variant)}`);
  return switches.join("") + others.join("");
}

function keyed(key: string, value: string | undefined): string {
  return value === undefined ? "" : ` ${key}=${value}`;
}

/** Direct dependencies first, then the others, each by name and followed by their own. */
function formatDependencies({ dependencies }: Spec): string {
  const ordered = [...dependencies].sort((a, b) => compareText(a.spec.name, b.spec.name));
  const direct = ordered
    .filter((edge) => edge.direct)
    .map((edge) => formatEdge(edge, edge.propagate ? "%%" : "%", compilerName(edge.spec.name)));
  const others = ordered
    .filter((edge) => !edge.direct)
    .flatMap((edge) => {
      const text = formatEdge(edge, "^", edge.spec.name);
      return edge.spec.dependencies.length === 0 ? [text] : [text, formatDependencies(edge.spec)];
    });
  return [...direct, ...others].join(" ").trim();
}

function formatEdge(edge: SpecDependency, sigil: string, name: string): string {
  const node = formatNode(edge.spec, name);
  const attributes = [
    isEmptySpec(edge.when) ? "" : `when='${formatSpec(edge.when)}'`,
    edge.types.length === 0 ? "" : `deptypes=${edge.types.join(",")}`,
  ].filter((text) => text !== "");
  const bracketed = attributes.length === 0 ? "" : `[${attributes.join(" ")}] `;
  const virtuals = edge.virtuals.length === 0 ? "" : `${edge.virtuals.join(",")}=`;
  return sigil + bracketed + (needsStar(edge, node) ? "*" : "") + virtuals + node;
}

/** A spec of any package needs a name where its first attribute would be read as something else. */
function needsStar({ spec, virtuals }: SpecDependency, node: string): boolean {
  if (spec.name !== "") return false;
  if (virtuals.length > 0) return true;
  if (node.startsWith("@")) return false;
  if (spec.flags.size > 0 || spec.architecture !== undefined) return true;
  return ![...spec.variants.values()].some(({ kind }) => kind === "switch");
}
