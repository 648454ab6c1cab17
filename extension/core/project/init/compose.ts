import { defaultVersions } from "../default-versions.ts";
import type { ToolName } from "../schema.ts";
import type { RepositoryTraits } from "./recognise.ts";

/** What `init` asks for. */
export interface InitAnswers {
  readonly projectId: string;
  /** Undefined: Sygaldry's default for this machine. */
  readonly base: string | undefined;
  readonly tools: readonly ToolName[];
  readonly mode: "host" | "portable";
}

export const askableTools: readonly ToolName[] = ["python", "uv", "spack", "bazel", "rust", "go"];

/** The answers to suggest: the stack itself, and the languages the repository shows. */
export function suggestAnswers(projectId: string, traits: RepositoryTraits): InitAnswers {
  const languages: readonly ToolName[] = [
    ...(traits.rust ? (["rust"] as const) : []),
    ...(traits.go ? (["go"] as const) : []),
  ];
  return {
    projectId,
    base: undefined,
    tools: ["python", "uv", "spack", "bazel", ...languages],
    mode: "host",
  };
}

/**
 * sygaldry.yaml for these answers, with comments that say what else there is. Versions that the repository names are taken
 * where `isKnown` has a download for them.
 */
export function composeConfig(
  answers: InitAnswers,
  traits: RepositoryTraits,
  isKnown: (tool: ToolName, version: string) => boolean,
): string {
  const tools = askableTools.map((name) => toolLine(name, answers, traits, isKnown)).join("\n");
  return `# The dev container of this repository. All settings: docs/reference/configuration.md of Sygaldry,
# or let the editor complete them. \`sygaldry config --explain\` shows what is in force and why.

project:
  id: ${answers.projectId} # names the storage that all checkouts share

image:
${baseLines(answers.base)}

apt:
  packages: [] # of the base image's distribution, e.g. [jq, graphviz]

tools: # a version in quotes, distro (the distribution's own), or off
${tools}

gpu: auto # on fails without a GPU; off never asks for one

user:
  sudo: true # false: no sudo, fewer capabilities

devcontainer:
  mode: ${answers.mode} # host: rendered for each machine, not committed. portable: commit .devcontainer/

# env: { OMP_NUM_THREADS: 8 }
# mounts: ["/data/sets:/data:ro"]
# ports: [8888]
# resources: { memory: 16g, shm: 2g }
# secrets: { HF_TOKEN: { env: HF_TOKEN } }
# vscode: { extensions: [ms-python.python] }
`;
}

function baseLines(base: string | undefined): string {
  return base === undefined
    ? "  # ubuntu:24.04, or nvidia/cuda on a machine with a GPU. Without a container registry: debootstrap:bookworm\n  # base: ubuntu:24.04\n  inputs: [] # further files whose change rebuilds the image"
    : `  base: ${base}\n  inputs: [] # further files whose change rebuilds the image`;
}

function toolLine(
  name: ToolName,
  answers: InitAnswers,
  traits: RepositoryTraits,
  isKnown: (tool: ToolName, version: string) => boolean,
): string {
  if (!answers.tools.includes(name)) return `  ${name}: off`;
  const wanted = { bazel: traits.bazelVersion, python: traits.pythonVersion }[String(name)];
  if (wanted !== undefined && isKnown(name, wanted)) return `  ${name}: "${wanted}"`;
  const line = `  ${name}: "${defaultVersions[name]}"`;
  if (wanted === undefined) return line;
  return name === "bazel"
    ? `${line} # Bazelisk fetches the ${wanted} of .bazelversion when it is first called`
    : `${line} # not the ${wanted} of .${name}-version, for which no checksum is known`;
}
