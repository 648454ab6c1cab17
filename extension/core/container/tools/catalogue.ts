import known from "./catalogue.json" with { type: "json" };

/** Architectures as Debian and Docker name them. */
export type Arch = "amd64" | "arm64";

export interface Checksums {
  readonly amd64?: string;
  readonly arm64?: string;
}

/** What is known of one version of a tool's official download. */
export interface Release {
  readonly sha256: Checksums;
  /** Only where the URL does not follow from the version (python). */
  readonly url?: Checksums;
}

export type OfficialTool =
  | "python"
  | "rust"
  | "go"
  | "bazel"
  | "bazelisk"
  | "spack"
  | "uv"
  | "uv-wheel"
  | "node";

/**
 * Published checksums, gathered from the projects' own release files and from build rules that pin them.
 * A new version is added by adding its checksums; `tools.<name>.sha256` in sygaldry.yaml does the same for one project.
 */
const catalogue: Readonly<Record<OfficialTool, Readonly<Record<string, Release>>>> = known.releases;

/** Spack's package repository that goes with its known versions. */
export const spackPackages: { readonly version: string; readonly commit: string; readonly sha256: string } =
  known.spackPackages;

/** The huggingface_hub that hf-download runs. */
export const huggingfaceHubVersion: string = known.huggingface;

/** pip requirements with hashes: the solver (clingo) that Spack finds instead of bootstrapping one. */
export const solverRequirements: readonly string[] = known.solver;

/** The newest known version that is `wanted` or starts with it ("3.13" → "3.13.9"); undefined when there is none. */
export function findRelease(
  tool: OfficialTool,
  wanted: string,
): { readonly version: string; readonly release: Release } | undefined {
  const plain = wanted.replace(/^v/, "");
  const version = knownVersions(tool)
    .filter((candidate) => candidate === plain || candidate.startsWith(`${plain}.`))
    .at(-1);
  const release = version === undefined ? undefined : catalogue[tool][version];
  return version === undefined || release === undefined ? undefined : { version, release };
}

/** Oldest first. */
export function knownVersions(tool: OfficialTool): readonly string[] {
  return Object.keys(catalogue[tool]).sort(byNumbers);
}

/** Their numbers by value, and what is between by its letters. A collator does the same and takes 5 ms to make. */
function byNumbers(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (const [at, one] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const difference = at % 2 === 1 ? Number(one) - Number(other) : Number(one > other) - Number(one < other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
