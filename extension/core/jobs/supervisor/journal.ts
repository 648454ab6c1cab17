import { uptime } from "node:os";
import path from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { LogWriter } from "../log/log-writer.ts";
import type { OutputLine } from "../log/output-lines.ts";
import type { JobStatus } from "../status/status.ts";
import { isFull, type StatusWriter } from "../status/write-status.ts";

/** What a supervisor writes down: the status and the log together. Nothing here throws; what cannot be written is kept. */
export interface Journal {
  status(): JobStatus;
  /** Writes the status with these changes and a new time. False when it could not be written. */
  change(changes: Partial<JobStatus>, durable?: boolean): boolean;
  event(event: string, fields?: Readonly<Record<string, unknown>>): void;
  output(stream: "stdout" | "stderr", lines: readonly (string | OutputLine)[]): void;
  /** Writes the log out. */
  flush(): void;
  /** Why the log cannot be written at the moment; `disk-full` is a word of its own. */
  blocked(): string | undefined;
  /** Puts the log back when somebody removed it. */
  restore(): void;
  close(): void;
}

export function journalOf(first: JobStatus, log: LogWriter, writer: StatusWriter): Journal {
  const began = performance.now();
  let status = first;
  let blocked: string | undefined;
  const guarded = (action: () => void) => {
    try {
      action();
      blocked = undefined;
    } catch (error) {
      blocked = isFull(error) ? "disk-full" : messageOf(error);
    }
  };
  return {
    status: () => status,
    change(changes, durable = false) {
      const elapsed = Math.round(performance.now() - began) / 1000;
      status = { ...status, ts: new Date().toISOString(), uptime: uptime(), elapsed, ...changes };
      try {
        writer.write(status, durable);
        return true;
      } catch {
        return false;
      }
    },
    event: (event, fields) => guarded(() => log.event(event, fields)),
    output: (stream, lines) => guarded(() => log.output(stream, lines)),
    flush: () => guarded(() => log.flush()),
    blocked: () => blocked,
    restore() {
      guarded(() => {
        if (!log.restore()) return;
        log.event("log", { msg: `${path.basename(log.file)} had been removed and was put back` });
        log.flush();
      });
    },
    close() {
      guarded(() => log.close());
      writer.dispose();
    },
  };
}
