import { SygaldryError } from "../../../core/base/errors.ts";
import { findNode } from "../../../core/spack/find-nodes.ts";
import { type Step, type Why, why as whyIsIt } from "../../../core/spack/graph/why.ts";
import type { DependencyType } from "../../../core/spack/lockfile/lockfile.ts";
import { type CommonOptions, outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { chooseEnvironment, requireLock } from "./context.ts";
import { nodeJson, nodeText } from "./text.ts";

interface WhyOptions extends CommonOptions {
  readonly environment?: string;
  readonly types?: readonly DependencyType[];
}

export async function why(
  options: WhyOptions,
  operands: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const [name, wanted] = environmentAndPackage(operands, options.environment);
  const environment = await chooseEnvironment(options, name, signal);
  const { lock } = await requireLock(environment, signal);
  const found = whyIsIt(lock, findNode(lock, wanted).hash, options.types ?? ["build", "link", "run", "test"]);
  output.result({ environment: environment.name, ...whyJson(found) }, whyText(found));
  return 0;
}

/** The environment may be left out, or named by the option. Throws SYG-USAGE when it is named both ways. */
function environmentAndPackage(
  [first = "", second]: readonly string[],
  option: string | undefined,
): readonly [environment: string | undefined, wanted: string] {
  if (second === undefined) return [option, first];
  if (option === undefined) return [first, second];
  throw new SygaldryError("SYG-USAGE", `two environments are named: ${first} and ${option}`, {
    next: "Leave one of them out.",
  });
}

function whyJson({ node, specs, dependents, paths }: Why): Record<string, unknown> {
  return {
    package: nodeJson(node),
    specs,
    dependents: dependents.map((dependent) => ({
      ...nodeJson(dependent.node),
      types: dependent.dependency.types,
      virtuals: dependent.dependency.virtuals,
    })),
    paths: paths.map((path) =>
      path.map((step) => ({ ...nodeJson(step.node), types: step.by?.types ?? null })),
    ),
  };
}

function whyText({ node, specs, dependents, paths }: Why): string {
  return [
    nodeText(node),
    ...specs.map((spec) => `  asked for as ${spec}`),
    ...(dependents.length === 0 ? [] : [`needed directly by ${dependents.length}:`]),
    ...dependents.map(
      (dependent) => `  ${nodeText(dependent.node)} [${dependent.dependency.types.join(",")}]`,
    ),
    ...(paths.length === 0 ? [] : [`from ${paths.length === 1 ? "one root" : `${paths.length} roots`}:`]),
    ...paths.map((path) => `  ${path.map(stepText).join("")}`),
  ].join("\n");
}

function stepText({ node, by }: Step): string {
  return by === undefined ? node.name : ` ─${by.types.join(",")}→ ${node.name}`;
}
