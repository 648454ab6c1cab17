import type { SpecHash } from "../lockfile/lockfile.ts";

/** One install of which is known how long it took. */
export interface RecordedInstall {
  readonly hash: SpecHash;
  readonly name: string;
  readonly version: string;
  readonly origin: "source" | "cache";
  readonly seconds: number;
}

export interface Estimate {
  readonly seconds: number;
  /** What it rests on: this very package, another build of it, or, from a cache, what fetching takes in general. */
  readonly basis: "same hash" | "same version" | "same package" | "any package";
}

export interface InstallHistory {
  /** How long installing it in this way will take; undefined when nothing comparable was recorded. */
  estimate(
    wanted: { readonly hash: SpecHash; readonly name: string; readonly version: string },
    origin: "source" | "cache",
  ): Estimate | undefined;
}

/** What was recorded, by what it can be compared with. Where there are several, the median counts. */
export function installHistory(records: Iterable<RecordedInstall>): InstallHistory {
  const seconds = new Map<string, number[]>();
  const add = (key: string, value: number) => {
    const known = seconds.get(key);
    if (known === undefined) seconds.set(key, [value]);
    else known.push(value);
  };
  for (const record of records) for (const [, key] of keys(record, record.origin)) add(key, record.seconds);
  const medians = new Map([...seconds].map(([key, values]) => [key, median(values)]));
  return {
    estimate: (wanted, origin) => {
      for (const [basis, key] of keys(wanted, origin)) {
        const known = medians.get(key);
        // How long one package takes to build says nothing of another.
        if (known !== undefined && !(origin === "source" && basis === "any package"))
          return { seconds: known, basis };
      }
      return undefined;
    },
  };
}

function keys(
  { hash, name, version }: { readonly hash: SpecHash; readonly name: string; readonly version: string },
  origin: "source" | "cache",
): readonly (readonly [Estimate["basis"], string])[] {
  return [
    ["same hash", `${origin} /${hash}`],
    ["same version", `${origin} ${name}@${version}`],
    ["same package", `${origin} ${name}`],
    ["any package", origin],
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}
