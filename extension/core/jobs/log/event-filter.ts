import type { LogEvent } from "./event.ts";

/** Which events are wanted; all of those named must hold. */
export interface EventFilter {
  readonly events?: readonly string[];
  /** Milliseconds since 1970. */
  readonly since?: number;
}

export function isWanted(event: LogEvent, { events }: EventFilter): boolean {
  return events === undefined || events.length === 0 || events.includes(event.event);
}

export function isBefore(event: LogEvent, since: number | undefined): boolean {
  return since !== undefined && Date.parse(event.ts) < since;
}
