import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessHost, ProcessTable } from "./process-host.ts";
import type { ProcessEntry } from "./process-table.ts";

/** What a run's processes are known by. */
export interface TreeIdentity {
  readonly mark: string;
  /** The command's own process, which leads a session; undefined when it is not known. */
  readonly leader: { readonly pid: number; readonly startTime: string | undefined } | undefined;
  /** The leader was started by this process, so that its number cannot have been another's since. */
  readonly own?: boolean;
  /** The leader is a reaper (reaper.ts): it is not the command's, ends by itself when that does, and must outlive the others. */
  readonly reaper?: boolean;
}

/** All processes that one run started, wherever they went. */
export interface ProcessTree {
  /** Looks at the whole host: by mark, control group, session, descent, and what was seen before. */
  find(): Promise<readonly ProcessEntry[]>;
  /** What is cheap to see from the known ones down; misses who left the tree since the last look. */
  glance(): Promise<readonly ProcessEntry[]>;
  /** Ends those that `which` wants: TERM, after `grace` milliseconds KILL, until none is left. Gives what could not be ended. */
  end(grace: number, which?: (entry: ProcessEntry) => boolean): Promise<readonly ProcessEntry[]>;
}

/** Milliseconds after which a process that does not even mind KILL (it waits for a device) is left. */
const patience = 10_000;

/** Milliseconds in which a reaper without a command ends. */
const reaperPatience = 500;

/**
 * A process belongs to the run when its environment carries the mark, it is in the run's control group, it is in the
 * leader's session or group, its parent belongs to it, or it was seen to belong before; unless it carries another run's
 * mark. So neither a new session, nor a parent that ended, nor an environment that was cleared hides it. All three at once
 * do only where neither a control group (cgroup.ts) nor a reaper (reaper.ts) could be had and it was not seen in between.
 */
export function processTree(
  { mark, leader, own = false, reaper = false }: TreeIdentity,
  host: ProcessHost,
): ProcessTree {
  const seen = new Map<number, string>();
  if (leader?.startTime !== undefined) seen.set(leader.pid, leader.startTime);
  const remember = (found: readonly ProcessEntry[]) => {
    seen.clear();
    for (const { pid, startTime } of found) seen.set(pid, startTime);
    return found;
  };
  const find = async () => remember(select(await host.look(), { mark, leader, own }, seen));
  return {
    find,
    glance: async () => (host.descend === undefined ? find() : remember(host.descend(seen))),
    async end(grace, which) {
      const began = performance.now();
      const told = new Set<string>();
      let alone: number | undefined;
      for (let pause = 10; ; pause = Math.min(200, pause * 1.5)) {
        const found = await find();
        const left = which === undefined ? found : found.filter(which);
        const elapsed = performance.now() - began;
        if (left.length === 0 || elapsed > grace + patience) return left;
        const commands = reaper ? left.filter(({ pid }) => pid !== leader?.pid) : left;
        if (elapsed >= grace && which === undefined) host.killGroup?.();
        alone = commands.length > 0 ? undefined : (alone ?? elapsed);
        if (alone !== undefined && elapsed - alone > reaperPatience) await host.send(left, ["SIGKILL"]);
        if (elapsed >= grace) await host.send(commands, ["SIGKILL"]);
        else {
          const others = commands.filter((entry) => !told.has(keyOf(entry)));
          // Who is stopped would not see TERM alone.
          await host.send(others, ["SIGTERM", "SIGCONT"]);
          for (const entry of others) told.add(keyOf(entry));
        }
        await sleep(Math.max(5, elapsed < grace ? Math.min(pause, grace - elapsed) : pause));
      }
    },
  };
}

function keyOf({ pid, startTime }: ProcessEntry): string {
  return `${pid} ${startTime}`;
}

function select(
  { entries: table, self, markOf, members }: ProcessTable,
  { mark, leader, own = false }: TreeIdentity,
  seen: ReadonlyMap<number, string>,
): readonly ProcessEntry[] {
  const byPid = new Map(table.map((entry) => [entry.pid, entry]));
  const led = leaderIsOurs(byPid, leader?.pid, seen, own);
  const verdicts = new Map<number, boolean>([[self, false]]);
  const belongs = (entry: ProcessEntry): boolean => {
    const known = verdicts.get(entry.pid);
    if (known !== undefined) return known;
    // For a circle, which a table read in pieces may have.
    verdicts.set(entry.pid, false);
    const carried = markOf(entry.pid);
    const parent = byPid.get(entry.parent);
    const verdict =
      carried !== undefined
        ? carried === mark
        : members?.has(entry.pid) ||
          seen.get(entry.pid) === entry.startTime ||
          (led && (entry.session === leader?.pid || entry.group === leader?.pid)) ||
          (parent !== undefined && parent.pid > 1 && belongs(parent));
    verdicts.set(entry.pid, verdict);
    return verdict;
  };
  return table.filter(belongs);
}

/** A session outlives its leader, and its number is not given out meanwhile; but not when all of it has ended. */
function leaderIsOurs(
  table: ReadonlyMap<number, ProcessEntry>,
  leader: number | undefined,
  seen: ReadonlyMap<number, string>,
  own: boolean,
): boolean {
  if (leader === undefined) return false;
  const now = table.get(leader);
  return now !== undefined
    ? seen.get(leader) === now.startTime
    : own || [...seen].some(([pid]) => table.has(pid));
}
