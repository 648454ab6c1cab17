import type { CodeLens, Command } from "vscode-languageserver";
import type { SpackAnalysis } from "../spack-analysis.ts";
import { rangeAt, rootOf } from "../spec-at.ts";

/** The commands that lenses name; who runs the server runs them, with the environment's folder. */
const lensCommands = {
  concretize: "sygaldry.spack.concretize",
  install: "sygaldry.spack.install",
  graph: "sygaldry.spack.graph",
  diff: "sygaldry.spack.diff",
  why: "sygaldry.spack.why",
} as const;

/** Above the manifest what can be done with the environment; above each root whether it is installed. */
export function codeLenses(analysis: SpackAnalysis, runnable: readonly string[]): readonly CodeLens[] {
  return lensesOf(analysis).map(({ range, command }) => ({
    range,
    // A client that cannot run it shows the title alone.
    command: runnable.includes(command.command) ? command : { title: command.title, command: "" },
  }));
}

interface Lens extends CodeLens {
  readonly command: Command;
}

function lensesOf(analysis: SpackAnalysis): readonly Lens[] {
  if (analysis.manifest === undefined) return [];
  const { environment } = analysis.known;
  const top = rangeAt(analysis, { offset: 0, length: 0 });
  const lens = (command: Command): Lens => ({ range: top, command });
  const folder = environment.folder;
  const locked = environment.lock !== undefined;
  return [
    lens({ title: concretizeTitle(analysis), command: lensCommands.concretize, arguments: [folder] }),
    ...(locked
      ? [
          lens({ title: installTitle(analysis), command: lensCommands.install, arguments: [folder] }),
          lens({ title: "graph", command: lensCommands.graph, arguments: [folder] }),
          lens({ title: "diff with HEAD", command: lensCommands.diff, arguments: [folder] }),
        ]
      : []),
    ...rootLenses(analysis),
  ];
}

function concretizeTitle({ manifest }: SpackAnalysis): string {
  const states = {
    fresh: "concretize (up to date)",
    stale: "concretize (stale)",
    unknown: "concretize",
    "no-lock": "concretize (never solved)",
    invalid: "concretize (invalid manifest)",
  };
  return states[manifest?.drift?.state ?? "unknown"];
}

function installTitle({ known }: SpackAnalysis): string {
  const { packages } = known.environment;
  const missing = packages.filter(
    ({ state }) => state === "missing" || state === "failed" || state === "broken",
  );
  if (packages.length === 0 || packages.some(({ state }) => state === "unknown")) return "install";
  return missing.length === 0 ? "install ✓" : `install (${missing.length} to do)`;
}

function rootLenses(analysis: SpackAnalysis): readonly Lens[] {
  const states = new Map(analysis.known.environment.packages.map(({ node, state }) => [node.hash, state]));
  const titles = {
    installed: "installed ✓",
    external: "external ✓",
    broken: "broken",
    missing: "not installed",
    failed: "failed to build",
    "not-needed": "not installed",
    unknown: undefined,
  };
  return analysis.specs.flatMap((spec): readonly Lens[] => {
    const node = rootOf(analysis, spec);
    const title = node && titles[states.get(node.hash) ?? "unknown"];
    if (node === undefined || title === undefined) return [];
    const command = {
      title,
      command: lensCommands.why,
      arguments: [analysis.known.environment.folder, node.hash],
    };
    return [{ range: rangeAt(analysis, spec.at), command }];
  });
}
