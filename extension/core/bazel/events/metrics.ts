import { listOf, numberOf, objectAt, textOf } from "./fields.ts";

/** Undefined: this Bazel does not tell. */
export interface BuildMetrics {
  readonly wallSeconds: number | undefined;
  readonly cpuSeconds: number | undefined;
  readonly analysisSeconds: number | undefined;
  readonly executionSeconds: number | undefined;
  readonly packagesLoaded: number | undefined;
  readonly targetsConfigured: number | undefined;
  readonly actionsCreated: number | undefined;
  readonly actionsExecuted: number | undefined;
  /** By what ran them: `linux-sandbox`, `worker`, `disk cache hit`, `internal` …; without the total. */
  readonly runners: readonly { readonly name: string; readonly count: number }[];
  readonly mnemonics: readonly { readonly name: string; readonly count: number }[];
  readonly caches: CacheHits;
  /** Bytes that Bazel's Java heap had at most after a garbage collection. */
  readonly peakHeap: number | undefined;
}

interface CacheHits {
  /** Actions that the action cache of the output base knew to be up to date; undefined before it was told (Bazel 6). */
  readonly local: number | undefined;
  /** Actions that it did not know, with why. */
  readonly misses: number | undefined;
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  /** These four are undefined before Bazel told what ran its actions (5). */
  readonly disk: number | undefined;
  readonly remote: number | undefined;
  /** Processes that really ran, here or remotely. */
  readonly executed: number | undefined;
  /** Actions that are none of a process (links, written files), which no cache is asked for. */
  readonly internal: number | undefined;
  /** Hits of all kinds among hits and what ran; undefined when there was nothing to do. */
  readonly ratio: number | undefined;
}

/** Of a `buildMetrics` event (Bazel 4 to 9). Fields that are zero are left out by Bazel. */
export function readMetrics(metrics: unknown): BuildMetrics {
  const actions = objectAt(metrics, "actionSummary");
  const timing = objectAt(metrics, "timingMetrics");
  const memory = objectAt(metrics, "memoryMetrics");
  const runners = counts(actions["runnerCount"], "name", "count").filter(({ name }) => name !== "total");
  const zero = (value: unknown) => numberOf(value) ?? 0;
  return {
    wallSeconds: seconds(timing["wallTimeInMs"]),
    cpuSeconds: seconds(timing["cpuTimeInMs"]),
    analysisSeconds: seconds(timing["analysisPhaseTimeInMs"]),
    executionSeconds: seconds(timing["executionPhaseTimeInMs"]),
    packagesLoaded: zero(objectAt(metrics, "packageMetrics")["packagesLoaded"]),
    targetsConfigured: zero(objectAt(metrics, "targetMetrics")["targetsConfigured"]),
    actionsCreated: zero(actions["actionsCreated"]),
    actionsExecuted: zero(actions["actionsExecuted"]),
    runners,
    mnemonics: counts(actions["actionData"], "mnemonic", "actionsExecuted"),
    caches: cacheHits(
      objectAt(actions, "actionCacheStatistics"),
      Array.isArray(actions["runnerCount"]) ? runners : undefined,
    ),
    peakHeap: numberOf(memory["peakPostGcHeapSize"]),
  };
}

function cacheHits(
  statistics: ReturnType<typeof objectAt>,
  runners: BuildMetrics["runners"] | undefined,
): CacheHits {
  const told = Object.keys(statistics).length > 0;
  const local = told ? (numberOf(statistics["hits"]) ?? 0) : undefined;
  const named = (matches: (name: string) => boolean) =>
    runners?.filter(({ name }) => matches(name)).reduce((sum, { count }) => sum + count, 0);
  const disk = named((name) => name === "disk cache hit");
  const remote = named((name) => name === "remote cache hit");
  const internal = named((name) => name === "internal");
  const executed = named((name) => name !== "internal" && !name.endsWith("cache hit"));
  const hits = (local ?? 0) + (disk ?? 0) + (remote ?? 0);
  return {
    ...{ local, misses: told ? (numberOf(statistics["misses"]) ?? 0) : undefined },
    reasons: missReasons(statistics["missDetails"]),
    ...{ disk, remote, executed, internal },
    ratio: executed === undefined || hits + executed === 0 ? undefined : hits / (hits + executed),
  };
}

/** The first word of the list of reasons is left out, as all that is zero. */
function missReasons(details: unknown): CacheHits["reasons"] {
  const named = listOf(details).map((item) => ({ reason: "DIFFERENT_ACTION_KEY", ...objectAt(item) }));
  return counts(named, "reason", "count").map(({ name, count }) => ({ reason: name, count }));
}

function counts(list: unknown, name: string, count: string): BuildMetrics["runners"] {
  return listOf(list).flatMap((item) => {
    const entry = objectAt(item);
    const [text, number] = [textOf(entry[name]), numberOf(entry[count])];
    return text === undefined || number === undefined || number === 0 ? [] : [{ name: text, count: number }];
  });
}

function seconds(milliseconds: unknown): number | undefined {
  const number = numberOf(milliseconds);
  return number === undefined ? undefined : number / 1000;
}
