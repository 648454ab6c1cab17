import type { Lockfile, LockInclude } from "../lockfile/lockfile.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { IncludedEnvironment } from "../manifest/settings.ts";
import type { DriftReason } from "./reasons.ts";

/** The lock of an included environment as it is now: none, or one that cannot be read. */
export type IncludedLock =
  | { readonly lock: Lockfile | undefined; readonly unreadable?: undefined }
  | { readonly unreadable: string; readonly lock?: undefined };

/** What the lock took over by `include_concrete`, against those environments as they are now. */
export function compareIncluded(
  manifest: Manifest,
  lock: Lockfile,
  locks: ReadonlyMap<string, IncludedLock>,
): readonly DriftReason[] {
  const embedded = new Map(lock.includes.map((include) => [include.path, include]));
  const everywhere = new Set(lock.includes.flatMap(({ roots }) => roots.map(({ hash }) => hash)));
  const asked = manifest.includedEnvironments.filter((environment) => environment.path !== undefined);
  const own = asked.flatMap((environment) =>
    compareOne(environment, embedded, everywhere, locks.get(environment.path ?? "")),
  );
  return [...own, ...notAsked(asked, lock.includes, locks)];
}

function compareOne(
  { text, path, at }: IncludedEnvironment,
  embedded: ReadonlyMap<string, LockInclude>,
  everywhere: ReadonlySet<string>,
  now: IncludedLock | undefined,
): readonly DriftReason[] {
  const reason = (sentence: string, effect: DriftReason["effect"] = "solve"): DriftReason[] => [
    { kind: "included-environment", effect, seenBySpack: effect === "solve", part: text, text: sentence, at },
  ];
  if (now?.unreadable !== undefined) {
    return reason(
      `The lock of the included environment ${text} cannot be read: ${now.unreadable}.`,
      "unknown",
    );
  }
  const taken = embedded.get(path ?? "");
  if (taken === undefined) return reason(`The included environment ${text} is not in the lock yet.`);
  if (now?.lock === undefined) {
    return reason(
      `The included environment ${text} has no lock any more, so Spack cannot take it over.`,
      "unknown",
    );
  }
  const current = new Set(now.lock.roots.map(({ hash }) => hash));
  const gone = taken.roots.filter(({ hash }) => !current.has(hash));
  // Spack takes a root that two included environments share from the first alone.
  const fresh = now.lock.roots.filter(({ hash }) => !everywhere.has(hash));
  if (gone.length === 0 && fresh.length === 0) return [];
  const specs = [...new Set([...fresh, ...gone].map(({ spec }) => spec))].sort();
  return reason(
    `The included environment ${text} was solved anew since this lock took it over (${specs.join(", ")}).`,
  );
}

/** What the lock holds and the manifest does not name: dropped, or included by an included environment. */
function notAsked(
  asked: readonly IncludedEnvironment[],
  includes: readonly LockInclude[],
  locks: ReadonlyMap<string, IncludedLock>,
): readonly DriftReason[] {
  const paths = new Set(asked.map(({ path }) => path));
  const nested = new Map(
    [...locks.values()].flatMap(({ lock }) => lock?.includes ?? []).map((include) => [include.path, include]),
  );
  return includes
    .filter(({ path }) => !paths.has(path))
    .flatMap((include): DriftReason[] => {
      const inner = nested.get(include.path);
      if (inner !== undefined && sameRoots(inner, include)) return [];
      const text =
        inner === undefined
          ? `The lock holds the environment ${include.path}, which the manifest no longer includes.`
          : `The environment ${include.path}, which an included one includes, has changed since this lock took it over.`;
      return [
        {
          kind: "included-environment",
          effect: "solve",
          seenBySpack: true,
          part: include.path,
          text,
          at: undefined,
        },
      ];
    });
}

function sameRoots(a: LockInclude, b: LockInclude): boolean {
  const hashes = ({ roots }: LockInclude) => [...new Set(roots.map(({ hash }) => hash))].sort().join(" ");
  return hashes(a) === hashes(b);
}
