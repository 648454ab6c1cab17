import path from "node:path";
import type { StoreRecord } from "../database.ts";
import type { Damage, Excuse, ExcuseReason, InstallVerification, Unchecked } from "./damage.ts";

/** Collects what is found out about one install; names are relative to its prefix. */
export interface Findings {
  damage(kind: Damage["kind"], name: string, detail: string): Findings;
  excuse(why: ExcuseReason, name: string): void;
  leave(name: string, why: string): Findings;
  /** Whether `name` lies in what could not be examined. */
  leftOut(name: string): boolean;
  compared(): void;
  verdict(state?: InstallVerification["state"]): InstallVerification;
}

export function newFindings({ hash, name, prefix }: StoreRecord): Findings {
  const damages: Damage[] = [];
  const excuses = new Map<ExcuseReason, string[]>();
  const unchecked: (Unchecked & { readonly name: string })[] = [];
  let count = 0;
  const full = (relative: string) => path.posix.join(prefix ?? "", relative);
  const findings: Findings = {
    damage: (kind, relative, detail) => {
      damages.push({ kind, path: full(relative), detail });
      return findings;
    },
    excuse: (why, relative) => {
      const paths = excuses.get(why);
      if (paths === undefined) excuses.set(why, [full(relative)]);
      else paths.push(full(relative));
    },
    leave: (relative, why) => {
      unchecked.push({ name: relative, path: full(relative), why });
      return findings;
    },
    leftOut: (relative) =>
      unchecked.some(
        (left) => left.name === "" || relative === left.name || relative.startsWith(`${left.name}/`),
      ),
    compared: () => {
      count++;
    },
    verdict: (state) => ({
      hash,
      name,
      prefix,
      state: state ?? (damages.length > 0 ? "damaged" : unchecked.length > 0 ? "unknown" : "intact"),
      damages: damages.sort((a, b) => compareText(a.path, b.path)),
      excuses: [...excuses].map(([why, files]): Excuse => ({ why, paths: files.sort() })),
      unchecked: unchecked.map(({ path: file, why }) => ({ path: file, why })),
      compared: count,
    }),
  };
  return findings;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
