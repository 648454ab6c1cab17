import type { ProcessHost, ProcessTable } from "../process/process-host.ts";
import { clockTicks, type ProcessEntry, pageSize } from "../process/process-table.ts";
import type { DiskUse } from "../process/sample.ts";
import { type Agent, openAgent } from "./agent.ts";
import type { JobContainer } from "./job-container.ts";

/** The processes of one start of a container. */
export interface ContainerHost extends ProcessHost {
  look(): Promise<ProcessTable>;
  /** As of the last look. */
  diskUse(pid: number): DiskUse;
  /** How many processes the kernel has ended for want of memory; as of the last look. */
  oomKills(): number;
  /** It has no processes from now on. */
  close(): void;
}

/**
 * Looks through `agent`, and through a new one when that is gone. Once this start of the container is over, it has no
 * processes.
 */
export function containerHost(
  container: JobContainer,
  { id, startedAt }: { readonly id: string; readonly startedAt: string | undefined },
  agent?: Agent,
): ContainerHost {
  let own = agent;
  let root: Agent | undefined;
  let over = false;
  let last: AgentTable = { self: 0, entries: [], marks: new Map(), disk: new Map(), oomKills: 0 };
  const ask = async (question: string): Promise<readonly string[]> => {
    for (const again of [true, false]) {
      if (over) return [];
      if (own === undefined || own.closed()) {
        const now = await container.inspect(id);
        // It may have been closed meanwhile: nobody would close an agent that is opened now.
        if (over || now?.running !== true || now.startedAt !== startedAt) return [];
        own = openAgent(container, id);
      }
      try {
        return await own.ask(question);
      } catch (error) {
        if (!again) throw error;
      }
    }
    return [];
  };
  return {
    async look() {
      last = parseTable(await ask("table"));
      const { entries, self, marks } = last;
      return { entries, self, markOf: (pid) => marks.get(pid) };
    },
    async send(processes, signals) {
      if (processes.length === 0) return;
      const names = signals.map((signal) => signal.slice("SIG".length)).join(",");
      const all = processes.map(({ pid, startTime }) => `${pid}:${startTime}`);
      const refused = (await ask(`kill ${names} ${all.join(" ")}`)).map((line) => line.split(" ")[1] ?? "");
      if (refused.length === 0 || over) return;
      // What has become another user (sudo).
      if (root === undefined || root.closed()) root = openAgent(container, id, { user: "root" });
      await root.ask(`kill ${names} ${[...new Set(refused)].join(" ")}`).catch(() => {});
    },
    diskUse: (pid) => last.disk.get(pid),
    oomKills: () => last.oomKills,
    close() {
      over = true;
      own?.close();
      root?.close();
    },
  };
}

export interface AgentTable {
  readonly self: number;
  readonly entries: readonly ProcessEntry[];
  readonly marks: ReadonlyMap<number, string>;
  readonly disk: ReadonlyMap<number, NonNullable<DiskUse>>;
  readonly oomKills: number;
}

/** Reads the answer to `table`; see agentScript. Lines that are none of its are left out. */
export function parseTable(lines: readonly string[]): AgentTable {
  const entries: ProcessEntry[] = [];
  const marks = new Map<number, string>();
  const disk = new Map<number, NonNullable<DiskUse>>();
  let self = 0;
  let oomKills = 0;
  for (const line of lines) {
    const [kind, ...words] = line.split(" ");
    const numbers = words.slice(0, 7).map(Number);
    if (kind === "self") self = numbers[0] ?? 0;
    else if (kind === "oom") oomKills = numbers[0] ?? 0;
    if (kind !== "p" || words.length !== 10 || !numbers.every(Number.isFinite)) continue;
    const [pid = 0, parent = 0, group = 0, session = 0, , ticks = 0, pages = 0] = numbers;
    const [startTime = "", , , read, written, mark = "-"] = words.slice(4);
    entries.push({
      ...{ pid, parent, group, session, startTime },
      ...{ cpuSeconds: ticks / clockTicks, memory: pages * pageSize },
    });
    if (mark !== "-") marks.set(pid, mark);
    if (read !== "-" && written !== "-") disk.set(pid, { read: Number(read), written: Number(written) });
  }
  return { self, entries, marks, disk, oomKills };
}
