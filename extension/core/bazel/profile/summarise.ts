import type { JsonObject } from "../../base/json-fields.ts";
import { numberOf, objectAt, textOf } from "../events/fields.ts";
import type { BazelProfile, ProfiledAction } from "./profile.ts";
import { longest, tallies } from "./tallies.ts";

interface Span {
  readonly name: string;
  readonly category: string;
  /** Seconds. */
  readonly at: number;
  readonly seconds: number;
  readonly thread: number;
  readonly event: JsonObject;
}

/** Takes the events of a profile one by one, and holds no more than what is told of them. */
export function summarise(top: number): {
  readonly take: (event: JsonObject) => void;
  readonly profile: (whole: boolean) => BazelProfile;
} {
  const totals = tallies();
  const mnemonics = tallies();
  const threads = tallies();
  const names = new Map<number, string>();
  const markers: { readonly name: string; readonly at: number }[] = [];
  const path: { readonly name: string; readonly seconds: number }[] = [];
  const slowest = longest(top);
  const spans: (readonly [begin: number, end: number])[] = [];
  const range = { begin: Infinity, end: -Infinity };
  let finished: number | undefined;
  let full = 0;
  let other: JsonObject = {};

  const takeAction = (span: Span) => {
    const mnemonic = textOf(objectAt(span.event, "args")["mnemonic"]);
    spans.push([span.at, span.at + span.seconds]);
    if (mnemonic !== undefined) mnemonics.add(mnemonic, span.seconds);
    threads.add(String(span.thread), span.seconds);
    slowest.offer(profiledAction(span, mnemonic));
  };
  const takeSpan = (span: Span) => {
    range.begin = Math.min(range.begin, span.at);
    range.end = Math.max(range.end, span.at + span.seconds);
    totals.add(span.category, span.seconds);
    if (span.category === "action processing") takeAction(span);
    else if (span.category === "critical path component")
      path.push({ name: bare(span.name), seconds: span.seconds });
    else if (span.category === "gc notification" && /full|major/i.test(span.name)) full += 1;
    else if (span.category === phase) markers.push(span);
  };
  return {
    take(event) {
      const name = textOf(event["name"]) ?? "";
      const at = (numberOf(event["ts"]) ?? 0) / 1e6;
      const thread = numberOf(event["tid"]) ?? 0;
      const category = textOf(event["cat"]) ?? "";
      switch (event["ph"]) {
        case undefined:
          other = { ...other, ...event };
          break;
        case "X":
          takeSpan({ name, category, at, seconds: (numberOf(event["dur"]) ?? 0) / 1e6, thread, event });
          break;
        case "i":
        case "I":
          if (category === phase) markers.push({ name, at });
          else if (name === "Finishing") finished = at;
          break;
        case "M":
          if (name === "thread_name") names.set(thread, textOf(objectAt(event, "args")["name"]) ?? "");
          break;
      }
    },
    profile(whole) {
      const end = finished ?? Math.max(range.end, 0);
      const begin = Math.min(range.begin, 0);
      return {
        bazel: textOf(other["bazel_version"]),
        buildId: textOf(other["build_id"]),
        outputBase: textOf(other["output_base"]),
        date: textOf(other["date"]),
        seconds: Number.isFinite(begin) ? end - begin : 0,
        complete: whole && finished !== undefined,
        phases: phases(markers, end),
        criticalPath: { seconds: path.reduce((sum, { seconds }) => sum + seconds, 0), parts: path },
        actions: together(spans),
        slowest: slowest.list().map((one) => ({ ...one, at: one.at - begin })),
        mnemonics: mnemonics.list().slice(0, top),
        threads: threads
          .list()
          .map(({ name, ...spent }) => ({ name: names.get(Number(name)) ?? name, ...spent }))
          .slice(0, top),
        categories: totals.list(),
        caches: {
          checks: totals.of((name) => /cache check$|^action dependency checking$/.test(name)),
          downloads: totals.of((name) => /download|fetching$/i.test(name) && !/repository/.test(name)),
          uploads: totals.of((name) => /upload/i.test(name)),
        },
        garbage: { ...totals.of((name) => name === "gc notification"), full },
      };
    },
  };
}

const phase = "build phase marker";

/** Of the critical path: `action 'Compiling a.cc'`. */
function bare(name: string): string {
  return /^action '(.*)'$/.exec(name)?.[1] ?? name;
}

function profiledAction({ name, seconds, at, event }: Span, mnemonic: string | undefined): ProfiledAction {
  const target = textOf(objectAt(event, "args")["target"]);
  return { ...{ name, seconds, mnemonic, target }, output: textOf(event["out"]), at };
}

/** A phase lasts until the next begins. */
function phases(
  markers: readonly { readonly name: string; readonly at: number }[],
  end: number,
): BazelProfile["phases"] {
  const ordered = [...markers].sort((a, b) => a.at - b.at);
  return ordered.map(({ name, at }, index) => ({
    name: name === "Launch Blaze" ? "Launch Bazel" : name,
    seconds: Math.max(0, (ordered[index + 1]?.at ?? end) - at),
  }));
}

function together(spans: readonly (readonly [begin: number, end: number])[]): BazelProfile["actions"] {
  const seconds = spans.reduce((sum, [begin, end]) => sum + (end - begin), 0);
  let [busy, until] = [0, Number.NEGATIVE_INFINITY];
  for (const [begin, end] of [...spans].sort(([a], [b]) => a - b)) {
    busy += Math.max(0, end - Math.max(begin, until));
    until = Math.max(until, end);
  }
  return { count: spans.length, seconds, parallel: busy === 0 ? undefined : seconds / busy };
}
