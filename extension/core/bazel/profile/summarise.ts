import type { JsonObject } from "../../base/json-fields.ts";
import { numberOf, objectAt, textOf } from "../events/fields.ts";
import type { BazelProfile, ProfiledAction, Spent } from "./profile.ts";

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
  const action = { count: 0, seconds: 0, begin: Infinity, end: -Infinity };
  const range = { begin: Infinity, end: -Infinity };
  let finished: number | undefined;
  let full = 0;
  let other: JsonObject = {};

  const takeAction = (span: Span) => {
    const mnemonic = textOf(objectAt(span.event, "args")["mnemonic"]);
    action.count += 1;
    action.seconds += span.seconds;
    action.begin = Math.min(action.begin, span.at);
    action.end = Math.max(action.end, span.at + span.seconds);
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
        actions: {
          ...{ count: action.count, seconds: action.seconds },
          parallel: action.end > action.begin ? action.seconds / (action.end - action.begin) : undefined,
        },
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

function tallies() {
  const found = new Map<string, { count: number; seconds: number }>();
  return {
    add(name: string, seconds: number) {
      const tally = found.get(name) ?? { count: 0, seconds: 0 };
      tally.count += 1;
      tally.seconds += seconds;
      found.set(name, tally);
    },
    list: () => [...found].map(([name, tally]) => ({ name, ...tally })).sort((a, b) => b.seconds - a.seconds),
    of: (matches: (name: string) => boolean): Spent =>
      [...found]
        .filter(([name]) => matches(name))
        .reduce((sum, [, one]) => ({ count: sum.count + one.count, seconds: sum.seconds + one.seconds }), {
          count: 0,
          seconds: 0,
        }),
  };
}

/** The `size` longest of what is offered. */
function longest(size: number) {
  let kept: ProfiledAction[] = [];
  const order = () => kept.sort((a, b) => b.seconds - a.seconds).slice(0, size);
  return {
    offer(action: ProfiledAction) {
      kept.push(action);
      // Sorted now and then: a profile may have millions.
      if (kept.length > 4 * size + 100) kept = order();
    },
    list: () => order(),
  };
}
