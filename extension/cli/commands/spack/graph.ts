import { toDot } from "../../../core/spack/graph/dot.ts";
import { dependencyGraph } from "../../../core/spack/graph/graph.ts";
import { toMermaid } from "../../../core/spack/graph/mermaid.ts";
import { outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import { chooseEnvironment, requireLock } from "./context.ts";
import { type ScopeOptions, scopeOf } from "./tree.ts";

interface GraphCommandOptions extends ScopeOptions {
  readonly format?: "dot" | "mermaid" | "json";
}

export async function graph(
  options: GraphCommandOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const json = options.json === true || options.format === "json";
  const output = createOutput({ ...outputOptions(options), json });
  const environment = await chooseEnvironment(options, name, signal);
  const { lock } = await requireLock(environment, signal);
  const drawn = dependencyGraph(lock, scopeOf(lock, options));
  const text = options.format === "mermaid" ? toMermaid(drawn) : toDot(drawn);
  output.result({ environment: environment.name, ...drawn }, text.trimEnd());
  return 0;
}
