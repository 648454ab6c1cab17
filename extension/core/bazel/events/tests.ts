import type { JsonObject } from "../../base/json-fields.ts";
import { type TestAttempt, type TestedTarget, testStatus } from "./build.ts";
import { has, listOf, numberOf, objectAt, secondsOf, textOf } from "./fields.ts";
import { localFile } from "./local-file.ts";

interface Known {
  readonly attempts: readonly TestAttempt[];
  readonly summary: JsonObject | undefined;
}

/** The tests of a build, from `testResult` (an attempt) and `testSummary` events. */
export function testReader(): {
  /** Gives the test that is over by this event. */
  readonly take: (kind: string, id: JsonObject, event: JsonObject) => TestedTarget | undefined;
  readonly tests: () => readonly TestedTarget[];
} {
  const known = new Map<string, Known>();
  return {
    take(kind, id, event) {
      const label = textOf(id["label"]);
      if (label === undefined) return undefined;
      const before = known.get(label) ?? { attempts: [], summary: undefined };
      if (kind === "testResult" && has(event, "testResult")) {
        const attempt = testAttempt(id, objectAt(event, "testResult"));
        known.set(label, { ...before, attempts: [...before.attempts, attempt] });
      }
      if (kind !== "testSummary" || !has(event, "testSummary")) return undefined;
      const over = { ...before, summary: objectAt(event, "testSummary") };
      known.set(label, over);
      return testedTarget(label, over);
    },
    tests: () => [...known].map(([label, one]) => testedTarget(label, one)),
  };
}

function testAttempt(id: JsonObject, result: JsonObject): TestAttempt {
  const files = listOf(result["testActionOutput"]).map((file) => objectAt(file));
  const named = (name: string) => localFile(textOf(files.find((file) => file["name"] === name)?.["uri"]));
  const execution = objectAt(result, "executionInfo");
  return {
    run: numberOf(id["run"]) ?? 1,
    shard: numberOf(id["shard"]) ?? 1,
    attempt: numberOf(id["attempt"]) ?? 1,
    status: testStatus(textOf(result["status"])),
    cached:
      result["cachedLocally"] === true
        ? "local"
        : execution["cachedRemotely"] === true
          ? "remote"
          : undefined,
    seconds: secondsOf(result["testAttemptDuration"], result["testAttemptDurationMillis"]),
    strategy: textOf(execution["strategy"]),
    ...{ log: named("test.log"), xml: named("test.xml") },
  };
}

function testedTarget(label: string, { attempts, summary }: Known): TestedTarget {
  const ordered = [...attempts].sort((a, b) => a.run - b.run || a.shard - b.shard || a.attempt - b.attempt);
  const caches = new Set(ordered.map(({ cached }) => cached));
  const [cached] = caches;
  return {
    label,
    status: summary === undefined ? soFar(ordered) : testStatus(textOf(summary["overallStatus"])),
    cached: caches.has(undefined) ? undefined : caches.size === 1 ? cached : "remote",
    seconds: attempts.reduce<number | undefined>(
      (sum, { seconds }) => (seconds === undefined ? sum : (sum ?? 0) + seconds),
      undefined,
    ),
    runs: numberOf(summary?.["runCount"]) ?? Math.max(1, ...attempts.map(({ run }) => run)),
    shards: numberOf(summary?.["shardCount"]) ?? Math.max(1, ...attempts.map(({ shard }) => shard)),
    attempts: ordered,
  };
}

/** Of a build that was ended before Bazel summed up. */
function soFar(attempts: readonly TestAttempt[]): TestedTarget["status"] {
  return attempts.at(-1)?.status ?? "NO_STATUS";
}
