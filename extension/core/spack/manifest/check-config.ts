import type { ConfigSource } from "./config-source.ts";
import type { ManifestProblem } from "./problems.ts";
import { sectionsOf } from "./scopes.ts";
import { configFileShape } from "./sections.ts";
import { checkShape } from "./shape.ts";
import { warningsOf } from "./warnings.ts";

/** What is wrong with a file of configuration that stands alone: `packages.yaml`, or a file that environments include. */
export function checkConfigFile(source: ConfigSource): readonly ManifestProblem[] {
  const { file, root } = source;
  if (root === undefined) return [];
  const scope = {
    name: file,
    kind: "file",
    path: file,
    sections: sectionsOf(root),
    sources: [source],
    includes: [],
    included: new Set<string>(),
  } as const;
  return [...checkShape(root, configFileShape, ""), ...warningsOf([scope])];
}
