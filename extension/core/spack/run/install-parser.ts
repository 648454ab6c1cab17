import { blockReader } from "./blocks.ts";
import type { InstallEvent, Origin, PackageId } from "./events.ts";
import { fromBlock, lateFailures } from "./install-failures.ts";
import { finish, type InstallState, installState } from "./install-state.ts";
import { type FindPackage, packageIn, parsePackageId } from "./package-id.ts";
import { timesLine } from "./times.ts";

type Stream = "stdout" | "stderr";

export interface InstallParser {
  /** One whole line of Spack's output; the events that it makes certain. */
  line(text: string, stream: Stream): readonly InstallEvent[];
  /** What was still open when the output ended. */
  end(): readonly InstallEvent[];
}

/**
 * Reads the output of `spack install` that is no terminal (Spack 1.0 and 1.1, both installers), line by line, as it
 * comes. `find` gives the packages of the lock, because in Spack's names dashes do not tell name from version. The two
 * streams may arrive in any order to each other. A line that is not known becomes an `output` event.
 */
export function installParser(find: FindPackage = () => undefined): InstallParser {
  const state = installState(find);
  const readers = { stdout: blockReader(), stderr: blockReader() };
  return {
    line(text, stream) {
      const { taken, blocks } = readers[stream].line(text);
      const events = blocks.flatMap((block) => fromBlock(state, block));
      return taken ? events : [...events, ...fromLine(state, text)];
    },
    end() {
      const blocks = [...readers.stdout.end(), ...readers.stderr.end()];
      const events = [...flushDone(state), ...blocks.flatMap((block) => fromBlock(state, block))];
      return [...events, ...lateFailures(state)];
    },
  };
}

type Handler = (state: InstallState, groups: readonly string[]) => readonly InstallEvent[] | undefined;

/** Lines of both installers; a handler that returns undefined leaves the line to the next. */
const handlers: readonly (readonly [RegExp, Handler])[] = [
  [/^==> (?:\d+: )?Installing (\S+) \[(\d+)\/(\d+)\]$/, counted],
  [/^==> No binary for (\S+) found: installing from source$/, (state, [id]) => started(state, id, "source")],
  [/^==> Extracting (\S+) from binary cache$/, (state, [id]) => started(state, id, "cache", "extract")],
  [/^==> Fetching (\S.*)$/, (_, [url = ""]) => [{ kind: "fetching", url }]],
  [/^==> (?:\d+: )?(\S+): Executing phase: '(.*)'$/, (state, [name, phase]) => phaseOf(state, name, phase)],
  [/^==> No patches needed for (\S+)$/, (state, [name]) => phaseOf(state, name, "stage")],
  [/^==> (?:\d+: )?\S+: Successfully installed (\S+)$/, (state, [id]) => succeeded(state, id)],
  [/^\[\+\] (\/.*) \(external (\S+)\)$/, external],
  [/^\[\+\] (\/.*)$/, prefixLine],
  [/^==> Updating view at (.+)$/, (_, [path = ""]) => [{ kind: "view", path }]],
  [/^([a-z2-7]{7}) (\S+)@(\S+): (.+)$/, newInstaller],
];

function fromLine(state: InstallState, text: string): readonly InstallEvent[] {
  const times = state.done === undefined ? undefined : timesLine(text);
  if (state.done !== undefined && times !== undefined) {
    const from = "extract" in times.phases || "relocate" in times.phases ? "cache" : state.done.from;
    state.done = { ...state.done, from, ...times };
    return [];
  }
  const open = state.done;
  for (const [pattern, handle] of handlers) {
    const match = pattern.exec(text);
    const events = match === null ? undefined : handle(state, match.slice(1));
    // A handler that did not take up what was open leaves it complete.
    if (events !== undefined) return [...(state.done === open ? flushDone(state) : []), ...events];
  }
  return text.trim() === "" ? [] : [...flushDone(state), { kind: "output", line: text }];
}

function started(
  state: InstallState,
  id: string | undefined,
  from: Origin | undefined,
  phase?: string,
): readonly InstallEvent[] | undefined {
  const found = parsePackageId(id ?? "", state.find);
  return found === undefined ? undefined : begin(state, found, from, phase);
}

function begin(
  state: InstallState,
  id: PackageId,
  from: Origin | undefined,
  phase?: string,
): readonly InstallEvent[] {
  const known = state.running.get(id.hash);
  const events: InstallEvent[] = [];
  if (!state.ended.has(id.hash) && (known === undefined || (from !== undefined && known.from !== from))) {
    state.running.set(id.hash, { package: id, from });
    events.push({ kind: "started", package: id, from });
  }
  if (phase !== undefined) events.push({ kind: "phase", package: id, phase });
  return events;
}

/** Of a package from a build cache this line comes when it is installed already. */
function counted(
  state: InstallState,
  [id, index, total]: readonly string[],
): readonly InstallEvent[] | undefined {
  const found = parsePackageId(id ?? "", state.find);
  if (found === undefined) return undefined;
  const count = { kind: "counted", package: found, index: Number(index), total: Number(total) } as const;
  return [...begin(state, found, undefined), count];
}

/** Phases come with the name alone: of several running packages of one name the last begun is meant. */
function phaseOf(state: InstallState, name = "", phase = ""): readonly InstallEvent[] | undefined {
  const entry = [...state.running.values()].reverse().find((candidate) => candidate.package.name === name);
  if (entry === undefined) return undefined;
  return [
    ...begin(state, entry.package, entry.from ?? "source"),
    { kind: "phase", package: entry.package, phase },
  ];
}

function succeeded(state: InstallState, id = ""): readonly InstallEvent[] | undefined {
  const found = parsePackageId(id, state.find);
  if (found === undefined) return undefined;
  const before = flushDone(state);
  const from = state.running.get(found.hash)?.from;
  finish(state, found);
  state.done = { kind: "installed", package: found, from, phases: {}, seconds: undefined, prefix: undefined };
  return before;
}

function flushDone(state: InstallState): readonly InstallEvent[] {
  const { done } = state;
  state.done = undefined;
  return done === undefined ? [] : [done];
}

function external(state: InstallState, [prefix = "", id = ""]: readonly string[]): readonly InstallEvent[] {
  const found = parsePackageId(id, state.find);
  return [...flushDone(state), { kind: "present", package: found, prefix, external: true }];
}

/** Follows `Successfully installed`; alone it tells of a package that was there. */
function prefixLine(state: InstallState, [prefix = ""]: readonly string[]): readonly InstallEvent[] {
  const { done } = state;
  const named = packageIn(prefix, state.find);
  if (done !== undefined && (named === undefined || named.hash === done.package.hash)) {
    state.done = undefined;
    return [{ ...done, prefix }];
  }
  if (named !== undefined && state.ended.has(named.hash)) return flushDone(state);
  if (named !== undefined) finish(state, named);
  return [...flushDone(state), { kind: "present", package: named, prefix, external: false }];
}

/** `config:installer:new`: a line for every change, with the first seven characters of the hash. */
function newInstaller(
  state: InstallState,
  [short = "", name = "", version = "", phase = ""]: readonly string[],
): readonly InstallEvent[] {
  const id = state.find(short) ?? { name, version, hash: short };
  if (phase === "finished") {
    const from = state.running.get(id.hash)?.from;
    finish(state, id);
    return [{ kind: "installed", package: id, from, phases: {}, seconds: undefined, prefix: undefined }];
  }
  if (phase === "failed") {
    finish(state, id);
    state.unexplained.set(id.hash, id);
    return [];
  }
  const fromCache = phase === "fetching from build cache" || phase === "relocating";
  return begin(state, id, fromCache ? "cache" : "source", fromCache ? "extract" : phase);
}
