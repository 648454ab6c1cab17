import type { Failure, InstallEvent, Origin, PackageId } from "./events.ts";

type PackageState = "waiting" | "running" | "installed" | "present" | "failed" | "skipped";

/** How far one package is. Times are the caller's, in milliseconds. */
export interface PackageProgress {
  readonly package: PackageId;
  readonly state: PackageState;
  readonly from: Origin | undefined;
  readonly phase: string | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** As Spack measured it. */
  readonly seconds: number | undefined;
  readonly prefix: string | undefined;
  readonly failure: Failure | undefined;
  /** The package whose failure kept this one from being tried. */
  readonly because: PackageId | undefined;
}

export interface InstallProgress {
  readonly packages: ReadonlyMap<string, PackageProgress>;
  /** What there is to install, as far as is known: fewer than the lock has where build dependencies are not needed. */
  readonly total: number;
  readonly done: number;
  readonly running: number;
  readonly failed: number;
}

/** What is to be installed: the packages of the lock that are neither installed nor external. */
export function startProgress(expected: Iterable<PackageId>): InstallProgress {
  const packages = new Map([...expected].map((id) => [id.hash, waiting(id)]));
  return summary(packages, packages.size);
}

/** The progress after an event that came at `now`. */
export function advance(progress: InstallProgress, event: InstallEvent, now: number): InstallProgress {
  if (!("package" in event) || event.package === undefined) return progress;
  if (event.kind === "counted") return { ...progress, total: countedTotal(progress, event) };
  const { hash } = event.package;
  const before = progress.packages.get(hash);
  // What is present and was not expected is no part of the work.
  if (event.kind === "present" && before === undefined) return progress;
  const after = change(before ?? waiting(event.package), event, now);
  const packages = new Map(progress.packages).set(hash, after);
  return summary(packages, before === undefined ? progress.total + 1 : progress.total);
}

/** Spack leaves out build dependencies of what a build cache has; `total - index` of its tasks are still to come. */
function countedTotal(
  { packages, total, done, running, failed }: InstallProgress,
  event: Extract<InstallEvent, { kind: "counted" }>,
): number {
  const touched = done + running + failed;
  const upcoming = event.total - event.index;
  return Math.max(touched, Math.min(total, packages.size, touched + upcoming));
}

function change(before: PackageProgress, event: InstallEvent, now: number): PackageProgress {
  switch (event.kind) {
    case "started":
      return {
        ...before,
        state: "running",
        from: event.from ?? before.from,
        startedAt: before.startedAt ?? now,
      };
    case "phase":
      return { ...before, phase: event.phase };
    case "installed": {
      const { from, seconds, prefix } = event;
      return { ...before, ...ended("installed", now), from: from ?? before.from, seconds, prefix };
    }
    case "present":
      return { ...before, ...ended("present", now), prefix: event.prefix };
    case "failed": {
      const { why, excerpt, log } = event;
      return { ...before, ...ended("failed", now), failure: { why, excerpt, log } };
    }
    case "skipped":
      return { ...before, ...ended("skipped", now), because: event.because };
    default:
      return before;
  }
}

function ended(state: PackageState, now: number): Pick<PackageProgress, "state" | "phase" | "endedAt"> {
  return { state, phase: undefined, endedAt: now };
}

function waiting(id: PackageId): PackageProgress {
  const nothing = { from: undefined, phase: undefined, startedAt: undefined, endedAt: undefined };
  return {
    ...{ package: id, state: "waiting", ...nothing },
    ...{ seconds: undefined, prefix: undefined, failure: undefined, because: undefined },
  };
}

function summary(packages: ReadonlyMap<string, PackageProgress>, total: number): InstallProgress {
  const count = (...states: readonly PackageState[]) =>
    [...packages.values()].filter(({ state }) => states.includes(state)).length;
  return {
    ...{ packages, total },
    ...{ done: count("installed", "present"), running: count("running"), failed: count("failed", "skipped") },
  };
}
