import type { Architecture } from "./architecture.ts";
import { type EdgeMap, edgeList } from "./edges.ts";
import { type Flag, isFlagKind, parseFlags } from "./flags.ts";
import { setArchitecture } from "./set-architecture.ts";
import type { SpecDependency } from "./spec.ts";
import { SpecValueError } from "./spec-errors.ts";
import { switchVariant, type Variant, variantFromText } from "./variant.ts";
import { anyVersion, type VersionList } from "./version-list.ts";

/** A spec while it is being read. */
export interface SpecDraft {
  name: string;
  namespace: string | undefined;
  versions: VersionList;
  variants: Map<string, Variant>;
  flags: Map<string, readonly Flag[]>;
  architecture: Architecture | undefined;
  hash: string | undefined;
  /** Up to date only after `settleDraft`. */
  dependencies: readonly SpecDependency[];
  edges: EdgeMap;
  readonly concrete: undefined;
}

/** What `os=default_os`, `target=fe` and their like stand for. */
export interface HostArchitecture {
  readonly platform: string;
  readonly os: string;
  readonly target: string;
}

/** Names that no recipe can give to a variant. */
const reserved = new Set(
  "arch architecture branch commit dev_path namespace operating_system os patches platform ref tag target".split(
    " ",
  ),
);

export function newDraft(): SpecDraft {
  return {
    name: "",
    namespace: undefined,
    versions: anyVersion,
    variants: new Map(),
    flags: new Map(),
    architecture: undefined,
    hash: undefined,
    dependencies: [],
    edges: new Map(),
    concrete: undefined,
  };
}

/** Makes `dependencies` what was added to `edges`. */
export function settleDraft(draft: SpecDraft): void {
  draft.dependencies = edgeList(draft.edges);
}

/** Takes in `+name`. Throws SpecValueError; so it does for `+os` and `+namespace`, which Spack takes as the value "True". */
export function assignSwitch(draft: SpecDraft, name: string, on: boolean, propagate: boolean): void {
  if (partKind(name) !== "variant")
    throw new SpecValueError(`${name} cannot be switched on or off`, `${name}=VALUE`);
  refusePropagation(name, propagate);
  addVariant(draft, switchVariant(name, on, propagate));
}

export interface Assignment {
  readonly name: string;
  /** Without its quotes. */
  readonly value: string;
  readonly propagate: boolean;
  readonly exact: boolean;
}

/** Takes in `name=value`. Throws SpecValueError. */
export function assignValue(draft: SpecDraft, assignment: Assignment, host?: HostArchitecture): void {
  const { name, value, propagate, exact } = assignment;
  refusePropagation(name, propagate);
  switch (partKind(name)) {
    case "architecture":
      draft.architecture = setArchitecture(draft.architecture, name, value, host);
      return;
    case "namespace":
      draft.namespace = value;
      return;
    case "flags": {
      const flags = parseFlags(value, propagate);
      if (flags.length > 0) draft.flags.set(name, [...(draft.flags.get(name) ?? []), ...flags]);
      return;
    }
    case "variant":
      addVariant(draft, variantFromText(name, value, propagate, exact));
  }
}

/** What a `name=value` of that name is about. */
export function partKind(name: string): "architecture" | "namespace" | "flags" | "variant" {
  if (/^(arch|architecture|platform|os|operating_system|target)$/.test(name)) return "architecture";
  if (name === "namespace") return "namespace";
  return isFlagKind(name) ? "flags" : "variant";
}

function addVariant(draft: SpecDraft, variant: Variant): void {
  if (draft.variants.has(variant.name))
    throw new SpecValueError(`the variant ${variant.name} is given twice`, "each variant once");
  draft.variants.set(variant.name, variant);
}

function refusePropagation(name: string, propagate: boolean): void {
  if (propagate && reserved.has(name))
    throw new SpecValueError(`${name} cannot be propagated`, `a single sign: ${name}=VALUE`);
}
