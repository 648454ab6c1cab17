import { messageOf, SygaldryError } from "../../base/errors.ts";
import { constrain } from "../spec/constrain.ts";
import { formatSpec } from "../spec/format-spec.ts";
import { type ParseOptions, parseSpec } from "../spec/parse-spec.ts";
import { satisfies } from "../spec/satisfies.ts";
import { emptySpec, type Spec } from "../spec/spec.ts";
import { SpecSyntaxError, UnsatisfiableSpecError } from "../spec/spec-errors.ts";
import { specsOf } from "../spec/traverse.ts";
import type { Origin } from "./config-value.ts";
import type { SpecItem, SpecMatrix } from "./definitions.ts";
import type { ManifestProblem, ProblemCode } from "./problems.ts";
import { ToolchainError } from "./toolchains.ts";

export interface Expansion {
  readonly options: ParseOptions;
  readonly problems: ManifestProblem[];
  /** Texts parsed before: a matrix repeats them. */
  readonly parsed: Map<string, Spec | undefined>;
}

/** More combinations than anybody solves. */
const maxCombinations = 100_000;

/**
 * The constraints of each combination that is not excluded, in Spack's order: the last row turns fastest.
 * What cannot be parsed or joined is told in the problems and left out.
 */
export function expandMatrix(matrix: SpecMatrix, expansion: Expansion): readonly (readonly Spec[])[] {
  const { problems } = expansion;
  if (matrix.rows.length === 0) {
    problems.push(failure("matrix", "a matrix without rows makes Spack fail", matrix.at));
    return [];
  }
  const rows = matrix.rows.map((row) => row.flatMap((element) => elementsOf(element, expansion)));
  if (rows.reduce((product, row) => product * row.length, 1) > maxCombinations) {
    const message = `the matrix has more than ${maxCombinations} combinations and was not expanded`;
    problems.push({ severity: "undecided", code: "matrix", message, at: matrix.at });
    return [];
  }
  return combinations(rows).flatMap((combination) => {
    const constraints = combination.map(({ text, at }) => parse(text, at, expansion));
    return constraints.every((spec) => spec !== undefined) ? keep(constraints, matrix, expansion) : [];
  });
}

/** One spec of several constraints, as `Spec.constrain` one after the other. */
export function join(constraints: readonly Spec[]): Spec {
  const [first = emptySpec, ...rest] = constraints;
  return rest.reduce(constrain, first);
}

/** Undefined for what Spack refuses, which is then told once. */
export function parse(text: string, at: Origin, { options, parsed, problems }: Expansion): Spec | undefined {
  if (parsed.has(text)) return parsed.get(text);
  let spec: Spec | undefined;
  try {
    spec = parseSpec(text, options);
  } catch (error) {
    problems.push(error instanceof SpecSyntaxError ? within(at, text, error) : asProblem(error, at));
  }
  parsed.set(text, spec);
  return spec;
}

/** The place inside the text: in the file itself where the text stands there as it is, with or without quotes. */
function within(at: Origin, text: string, error: SpecSyntaxError): ManifestProblem {
  const quote = (at.length - text.length) / 2;
  const length = Math.max(error.length, 1);
  const problem = asProblem(error, at);
  if (quote !== 0 && quote !== 1) return { ...problem, within: { offset: error.offset, length } };
  const shift = quote + error.offset;
  return { ...problem, at: { ...at, column: at.column + shift, offset: at.offset + shift, length } };
}

export function asProblem(error: unknown, at: Origin): ManifestProblem {
  if (error instanceof ToolchainError) return failure("toolchain", error.message, at);
  if (error instanceof UnsatisfiableSpecError) return failure("spec-conflict", error.message, at);
  if (error instanceof SygaldryError) return failure("spec-syntax", said(error), at);
  throw error;
}

function said(error: SygaldryError): string {
  if (error.next === undefined) return messageOf(error);
  return `${messageOf(error)}; ${error.next.slice(0, 1).toLowerCase()}${error.next.slice(1)}`.replace(
    /\.$/,
    "",
  );
}

function failure(code: ProblemCode, message: string, at: Origin): ManifestProblem {
  return { severity: "error", code, message, at };
}

/** Not parsed yet: beside an empty row Spack never looks at it. */
interface Element {
  readonly text: string;
  readonly at: Origin;
}

/** What an element of a row stands for: itself, or what a matrix inside comes to, each as one spec. */
function elementsOf({ item }: SpecItem, expansion: Expansion): readonly Element[] {
  const { at } = item;
  if (item.kind === "text") return [{ text: item.text, at }];
  const inner = expandMatrix(item, expansion);
  return inner.map((constraints) => ({ text: constraints.map(formatSpec).join(" "), at }));
}

function combinations(rows: readonly (readonly Element[])[]): readonly (readonly Element[])[] {
  return rows.reduce<readonly (readonly Element[])[]>(
    (heads, row) => heads.flatMap((head) => row.map((element) => [...head, element])),
    [[]],
  );
}

function keep(
  constraints: readonly Spec[],
  matrix: SpecMatrix,
  expansion: Expansion,
): readonly (readonly Spec[])[] {
  try {
    const joined = join(constraints);
    if (isNamelessWithVariants(joined)) {
      const message = `${formatSpec(joined)} sets variants of no package, which a matrix needs to have`;
      expansion.problems.push(failure("matrix", message, matrix.at));
      return [];
    }
    if (isExcluded(joined, matrix, expansion)) return [];
  } catch (error) {
    expansion.problems.push(asProblem(error, matrix.at));
    return [];
  }
  const [first, ...rest] = constraints;
  if (matrix.sigil === "" || first === undefined) return [constraints];
  const signed = parse(matrix.sigil + formatSpec(first), matrix.at, expansion);
  return signed === undefined ? [] : [[signed, ...rest]];
}

/** Spack asks the recipe for every variant, unless it is certain what the variant is. */
function isNamelessWithVariants({ name, variants }: Spec): boolean {
  const certain = new Set(["dev_path", "commit", "patches"]);
  return (
    name === "" &&
    [...variants.values()].some(
      (variant) => !certain.has(variant.name) && !(variant.kind === "multiple" && variant.exact),
    )
  );
}

function isExcluded(spec: Spec, matrix: SpecMatrix, expansion: Expansion): boolean {
  if (matrix.exclude.length === 0) return false;
  if (specsOf(spec).some(({ hash }) => hash !== undefined)) {
    const message = `whether ${formatSpec(spec)} is excluded hangs on what its hash stands for`;
    expansion.problems.push({ severity: "undecided", code: "matrix", message, at: matrix.at });
  }
  return matrix.exclude.some(({ text, at }) => {
    const constraint = parse(text, at, expansion);
    if (constraint === undefined) return false;
    if (satisfies(spec, constraint)) return true;
    if (satisfies(decided(spec), constraint)) {
      const message = `whether ${formatSpec(spec)} is excluded by ${text} hangs on the recipe: a variant of one value would be`;
      expansion.problems.push({ severity: "undecided", code: "matrix", message, at });
    }
    return false;
  });
}

/** Spack asks the recipe here, and takes a variant that can have one value only as decided. */
function decided(spec: Spec): Spec {
  const variants = [...spec.variants].map(
    ([name, variant]) => [name, variant.values.length === 1 ? { ...variant, exact: true } : variant] as const,
  );
  return { ...spec, variants: new Map(variants) };
}
