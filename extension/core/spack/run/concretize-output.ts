/** A line of what `spack concretize` prints of the solution. */
interface SolvedSpec {
  readonly state: "installed" | "external" | "missing" | "upstream" | "unknown";
  /** The first characters of the hash. */
  readonly hash: string;
  /** How deep below a root: 0 for a root. */
  readonly depth: number;
  /** As Spack prints it, from the name on. */
  readonly spec: string;
}

export interface ConcretizeOutcome {
  /** Whether anything was solved; a lock that agrees with the manifest is left as it is. */
  readonly changed: boolean;
  /** How many of the manifest's specs were solved. */
  readonly roots: number;
  readonly specs: readonly SolvedSpec[];
}

const states: Readonly<Record<string, SolvedSpec["state"]>> = {
  "[+]": "installed",
  "[e]": "external",
  "[^]": "upstream",
  "[-]": "missing",
  " - ": "missing",
};

/** Reads the output of `spack concretize` (Spack 1.0 and 1.1) that ended well. */
export function parseConcretizeOutput(stdout: string): ConcretizeOutcome {
  const [, count] = /^==> Concretized (\d+) specs?:?$/m.exec(stdout) ?? [];
  const specs = stdout.split("\n").flatMap((line) => {
    const [, mark = "", hash = "", indent = "", spec = ""] =
      /^(\[[+e^-]\]| - )\s{2}([a-z2-7]{7,32})\s{2}( *)\^?(\S.*)$/.exec(line) ?? [];
    if (spec === "") return [];
    return [
      { state: states[mark] ?? ("unknown" as const), hash, depth: indent.length / 4, spec: spec.trimEnd() },
    ];
  });
  return { changed: count !== undefined, roots: Number(count ?? 0), specs };
}
