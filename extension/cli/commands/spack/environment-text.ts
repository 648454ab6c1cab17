import type { EnvironmentView } from "../../../core/spack/environment/environment-views.ts";
import type { EnvironmentPackage, PackageState } from "../../../core/spack/environment/package-states.ts";
import type { SpackEnvironment } from "../../../core/spack/environment/read-environment.ts";
import type { Origin } from "../../../core/spack/manifest/config-value.ts";
import { problemText } from "../../../core/spack/manifest/problems.ts";
import type { ViewProblem } from "../../../core/spack/view/view-health.ts";
import type { Output } from "../../output.ts";
import { count } from "./text.ts";

export type StateCounts = Readonly<Record<PackageState, number>>;

export function stateCounts(packages: readonly EnvironmentPackage[]): StateCounts {
  const counts = {
    installed: 0,
    broken: 0,
    missing: 0,
    failed: 0,
    "not-needed": 0,
    external: 0,
    unknown: 0,
  };
  for (const { state } of packages) counts[state]++;
  return counts;
}

/** `52 installed, 15 external, 2 missing`; what is zero is left out. */
export function storeText(counts: StateCounts): string {
  const parts = (
    [
      ["installed", "installed"],
      ["external", "external"],
      ["missing", "missing"],
      ["failed", "failed to build"],
      ["broken", "broken"],
      ["not-needed", "only for building"],
      ["unknown", "unknown"],
    ] as const
  ).flatMap(([state, word]) => (counts[state] > 0 ? [`${counts[state]} ${word}`] : []));
  return parts.join(", ") || "nothing";
}

/** How the lock stands to the manifest, in a word or two. */
export function driftText({ drift, lock, problems, hashes }: SpackEnvironment): string {
  if (problems.some(({ code }) => code === "SYG-SPACK-LOCK")) return "unreadable";
  if (hashes !== undefined && hashes.damaged.length > 0) return "damaged";
  if (problems.some(({ code }) => code === "SYG-SPACK-MANIFEST")) return "invalid manifest";
  if (drift === undefined) return lock === undefined ? "-" : "unknown";
  // Without a record of the solve only Spack's own rule can be judged.
  const bySpack = drift.reasons.every(({ kind }) => kind === "no-record");
  const words = {
    fresh: "fresh",
    stale: "stale",
    unknown: bySpack ? "fresh by Spack's rule" : "fresh as far as can be told",
    "no-lock": "never solved",
    invalid: "invalid manifest",
  };
  return words[drift.state];
}

/** What `list` and `show` have in common; see docs/reference/json-output.md. */
export function environmentJson(environment: SpackEnvironment): Record<string, unknown> {
  const { name, folder, lock, hashes, drift, store, packages, views } = environment;
  return {
    name,
    folder,
    lock:
      lock === undefined
        ? null
        : {
            file: lock.file,
            version: lock.lock.lockfileVersion,
            spack: lock.lock.spackVersion ?? null,
            packages: lock.lock.nodes.size,
            verified: hashes?.verified ?? 0,
            damaged: hashes?.damaged.map(({ name: of, hash }) => ({ name: of, hash })) ?? [],
            unverifiable:
              hashes?.unverifiable.map(({ node, why }) => ({ name: node.name, hash: node.hash, why })) ?? [],
          },
    drift:
      drift === undefined
        ? null
        : {
            state: drift.state,
            spackSolves: drift.spackSolves ?? null,
            added: drift.added.map(({ text }) => text),
            removed: drift.removed,
            reasons: drift.reasons.map(({ kind, effect, seenBySpack, part, text, at }) => ({
              ...{ kind, effect, seenBySpack, part, text },
              at: at === undefined ? null : { file: at.file, line: at.line, column: at.column },
            })),
          },
    store: {
      root: store.root ?? null,
      database: store.database?.file ?? null,
      counts: packages.length === 0 ? null : stateCounts(packages),
    },
    views: views.map(viewJson),
    problems: problemsJson(environment),
  };
}

function viewJson({ descriptor, health, packages }: EnvironmentView): Record<string, unknown> {
  return {
    name: descriptor.name,
    path: descriptor.path,
    state: health.disk.view.state,
    packages: packages ?? null,
    links: health.links ?? null,
    problems: health.problems,
  };
}

function problemsJson({ problems, manifest }: SpackEnvironment): readonly Record<string, unknown>[] {
  return [
    ...problems.map(({ code, message, next }) => ({ severity: "error", code, message, next: next ?? null })),
    ...(manifest?.problems ?? []).map((problem) => ({
      severity: problem.severity,
      code: problem.code,
      message: problemText(problem),
      next: null,
    })),
  ];
}

/** Says on stderr what could not be read, and what is doubtful in the manifest and told nowhere else. */
export function tellProblems({ problems, manifest, drift }: SpackEnvironment, output: Output): void {
  for (const problem of problems) output.problem(problem);
  const told = new Set(drift?.reasons.map(({ part, at }) => placeOf(part, at)));
  for (const problem of manifest?.problems ?? []) {
    if (!told.has(placeOf(problem.code, problem.at))) output.warn(problemText(problem));
  }
}

function placeOf(what: string, at: Origin | undefined): string {
  return `${what} ${at?.file}:${at?.offset}`;
}

export function viewText({ descriptor, health, packages }: EnvironmentView): string {
  const said = health.problems.map(viewProblemText);
  const state =
    said.length > 0 ? said.join("; ") : health.disk.view.state === "linked" ? "healthy" : "not made yet";
  return `${descriptor.path}: ${state}${packages === undefined ? "" : `, ${count(packages, "package")}`}`;
}

function viewProblemText(problem: ViewProblem): string {
  switch (problem.kind) {
    case "missing":
      return "not made yet";
    case "occupied":
      return `a ${problem.by} that Spack did not make stands there`;
    case "unreadable":
      return problem.why;
    case "target-missing":
      return `points to ${problem.target}, which is gone`;
    case "stale":
      return "is not that of today's lock and store";
    case "foreign-target":
      return `points to ${problem.target}, which Spack did not make`;
    case "left-over":
      return `${problem.path} is left over from an earlier view`;
    case "dangling":
      return `${count(problem.links.length, "link")} to ${problem.package} lead${problem.links.length === 1 ? "s" : ""} nowhere`;
    case "foreign-links":
      return `${count(problem.links.length, "link")} to ${problem.package}, which is not in the lock or not installed`;
  }
}
