import type { SpackContext } from "../context/context.ts";
import { formatSpec } from "../spec/format-spec.ts";
import { isEmptySpec } from "../spec/same-spec.ts";
import { fullName, type Spec } from "../spec/spec.ts";
import type { Origin } from "./config-value.ts";
import { definitionsOf, itemsOf, resolveList, type SpecItem, type Via } from "./definitions.ts";
import type { Manifest } from "./manifest.ts";
import { asProblem, type Expansion, expandMatrix, join, parse } from "./matrix.ts";
import type { ManifestProblem } from "./problems.ts";
import { mergedSection } from "./scopes.ts";
import { parseOptions } from "./toolchains.ts";

/** A root that the environment asks for. */
export interface UserSpec {
  readonly spec: Spec;
  /** As Spack prints it, which leaves a namespace out. */
  readonly text: string;
  /** Where it is written; for a matrix, where that begins. */
  readonly origin: Origin;
  /** How it came into the list; empty for what stands there itself. */
  readonly via: readonly Via[];
}

export interface UserSpecs {
  /** In Spack's order, repeated ones too. */
  readonly specs: readonly UserSpec[];
  /** With an error among them Spack refuses the manifest; with something undecided the list may not be Spack's. */
  readonly problems: readonly ManifestProblem[];
}

/**
 * The user specs of an environment, as Spack 1.1 makes them: definitions, conditions, references, matrices, excludes and toolchains
 * expanded. Never throws for what a manifest says.
 */
export function expandUserSpecs(manifest: Manifest, context: SpackContext): UserSpecs {
  const problems: ManifestProblem[] = [];
  const reading = { context, problems };
  const definitions = definitionsOf(mergedSection(manifest.scopes, "definitions"), reading);
  const items = resolveList(itemsOf(manifest.specs), definitions, reading);
  const options = parseOptions(manifest.toolchains, context);
  const expansion: Expansion = { options, problems, parsed: new Map() };
  const specs = items.flatMap((item) => expandItem(item, expansion));
  for (const spec of specs) warnAbout(spec, problems);
  return { specs, problems };
}

function expandItem({ item, via }: SpecItem, expansion: Expansion): readonly UserSpec[] {
  if (item.kind === "text") {
    const spec = parse(item.text, item.at, expansion);
    return spec === undefined ? [] : [userSpec(spec, item.at, via)];
  }
  return expandMatrix(item, expansion).flatMap((constraints) => {
    try {
      return [userSpec(join(constraints), item.at, via)];
    } catch (error) {
      expansion.problems.push(asProblem(error, item.at));
      return [];
    }
  });
}

function userSpec(spec: Spec, origin: Origin, via: readonly Via[]): UserSpec {
  return { spec, text: formatSpec(spec), origin, via };
}

/** Spack takes these into the list, and fails when it solves them. */
function warnAbout({ spec, text, origin }: UserSpec, problems: ManifestProblem[]): void {
  if (spec.hash !== undefined || fullName(spec) !== "") return;
  const message = isEmptySpec(spec)
    ? "an empty spec cannot be solved"
    : `${text} names no package and cannot be solved`;
  problems.push({ severity: "warning", code: "anonymous-spec", message, at: origin });
}
