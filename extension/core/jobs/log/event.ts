import * as z from "zod";

/**
 * One line of a job's log. Ours are: `start` (a run is taken on), `attempt` (its command starts), `output`, `heartbeat`
 * (with a resource sample), `progress`, `end` (an attempt ended), `retry`, `stop` (was asked for), and one of `done`,
 * `failed`, `stopped`, `lost` as the last. The original runner's events have names of their own and are kept as they are.
 */
export interface LogEvent {
  /** ISO 8601. */
  readonly ts: string;
  readonly event: string;
  readonly job: string;
  readonly run?: string | undefined;
  /** Counts all events of a run, from 1. */
  readonly seq?: number | undefined;
  readonly msg?: string | undefined;
  readonly stream?: "stdout" | "stderr" | undefined;
  /** Output: the line goes on in the stream's next event. */
  readonly more?: boolean | undefined;
  /** Output: so many states of a line that was drawn over with carriage returns were left out before this one. */
  readonly folded?: number | undefined;
  /** Output: the line's bytes in base64, where they are not UTF-8. */
  readonly raw?: string | undefined;
  readonly rc?: number | undefined;
  /** All other fields. */
  readonly [name: string]: unknown;
}

const eventSchema = z.looseObject({
  ts: z.string(),
  event: z.string(),
  job: z.string().catch(""),
  run: z.string().optional().catch(undefined),
  seq: z.number().optional().catch(undefined),
  msg: z.string().optional().catch(undefined),
  stream: z.enum(["stdout", "stderr"]).optional().catch(undefined),
  more: z.boolean().optional().catch(undefined),
  folded: z.number().optional().catch(undefined),
  raw: z.string().optional().catch(undefined),
  rc: z.number().optional().catch(undefined),
});

/** Undefined for what is no event: a line that a crash cut off, or another program's. */
export function parseEvent(line: string): LogEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

export function formatEvent(event: LogEvent): string {
  return `${JSON.stringify(event)}\n`;
}
