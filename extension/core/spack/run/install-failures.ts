import type { Block } from "./blocks.ts";
import type { InstallEvent, PackageId } from "./events.ts";
import { finish, type InstallState } from "./install-state.ts";
import { packageIn, parsePackageId } from "./package-id.ts";

/** The events that a warning or error of Spack makes certain. */
export function fromBlock(state: InstallState, block: Block): readonly InstallEvent[] {
  const { why } = block;
  if (/^The following packages failed to install:/.test(why)) return failedWithLogs(state, block);
  const [, skipped, cause] = /^Skipping build of (\S+) since (\S+) failed$/.exec(why) ?? [];
  if (skipped !== undefined && cause !== undefined) return skip(state, skipped, cause);
  const [, name, because] = /^Failed to install (\S+) due to (.*)$/s.exec(why) ?? [];
  if (name !== undefined) return failedByName(state, name, { ...block, why: because ?? "" });
  const [, id, rest] = /^(\S+-[a-z2-7]{32})(?:: | )(.*)$/s.exec(why) ?? [];
  const found = id === undefined ? undefined : parsePackageId(id, state.find);
  if (found !== undefined) return failedById(state, found, block, rest ?? "");
  state.interrupted ||= /^Keyboard interrupt/.test(why);
  if (block.kind === "warning" || /^(Installation request failed|Keyboard interrupt)\./.test(why)) {
    return [message(block)];
  }
  const named = packageIn(block.text, state.find);
  if (named !== undefined && state.running.has(named.hash)) return fail(state, named, block);
  state.nameless.push(block);
  return [];
}

function skip(state: InstallState, skipped: string, cause: string): readonly InstallEvent[] {
  const [one, because] = [parsePackageId(skipped, state.find), parsePackageId(cause, state.find)];
  if (one === undefined || because === undefined) return [];
  const failure = state.ended.has(because.hash) ? [] : failedById(state, because, undefined, "");
  finish(state, one);
  return [...failure, { kind: "skipped", package: one, because }];
}

function failedByName(state: InstallState, name: string, block: Block): readonly InstallEvent[] {
  const entry = [...state.running.values()].find((candidate) => candidate.package.name === name);
  const named = entry?.package ?? packageIn(block.text, state.find);
  if (named !== undefined) return fail(state, named, block);
  state.nameless.push(block);
  return [];
}

/** The summary repeats each failure below the package's name. */
function failedById(
  state: InstallState,
  id: PackageId,
  block: Block | undefined,
  why: string,
): readonly InstallEvent[] {
  if (state.ended.has(id.hash) || block?.kind === "warning" || why === "Package was not installed") return [];
  const [first = ""] = why.split("\n");
  const at = state.nameless.findIndex((candidate) => first === "" || candidate.why.startsWith(first));
  const own = at === -1 ? undefined : state.nameless.splice(at, 1)[0];
  return fail(state, id, own ?? { why, excerpt: [], log: undefined });
}

/** At the end: an error without a name is the failure of what still runs, if that is one package. */
export function lateFailures(state: InstallState): readonly InstallEvent[] {
  const unexplained = [...state.unexplained.values()].map((id) => builtBadly(id, undefined));
  const nameless = state.nameless.splice(0).flatMap((block) => {
    const [only, ...others] = [...state.running.values()];
    const certain = only !== undefined && others.length === 0 && !state.interrupted;
    return certain ? fail(state, only.package, block) : [message(block)];
  });
  state.unexplained.clear();
  return [...unexplained, ...nameless];
}

/** `The following packages failed to install:`, then a line with the log's path for each. */
function failedWithLogs(state: InstallState, block: Block): readonly InstallEvent[] {
  return block.why.split("\n").flatMap((line) => {
    const [, name = "", version = "", hash = "", log] =
      /^([^@\s]+)@([^/\s]+)\/([a-z2-7]{32}): (\S.*)$/.exec(line) ?? [];
    if (log === undefined) return [];
    const id = state.find(hash) ?? { name, version, hash };
    state.unexplained.delete(id.hash);
    state.unexplained.delete(id.hash.slice(0, 7));
    finish(state, id);
    return [builtBadly(id, log)];
  });
}

function builtBadly(id: PackageId, log: string | undefined): InstallEvent {
  return { kind: "failed", package: id, why: "the build failed", excerpt: [], log };
}

function fail(
  state: InstallState,
  id: PackageId,
  { why, excerpt, log }: Pick<Block, "why" | "excerpt" | "log">,
): readonly InstallEvent[] {
  finish(state, id);
  return [{ kind: "failed", package: id, why, excerpt, log }];
}

function message({ kind, why, excerpt, log }: Block): InstallEvent {
  return { kind, why, excerpt, log };
}
