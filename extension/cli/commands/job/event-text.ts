import type { LogEvent } from "../../../core/jobs/log/event.ts";
import { durationText } from "../../amounts.ts";

/** An event for people: output as it was, all else on a line that says what it is. */
export function eventText(event: LogEvent): string {
  if (event.event === "output" && event.msg !== undefined) return event.msg;
  const time = event.ts.slice(11, 19);
  const { ts: _ts, event: name, job: _job, run: _run, seq: _seq, msg, ...rest } = event;
  const fields = Object.entries(rest)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${fieldText(key, value)}`);
  return [`[${time}] ${name}`, ...(msg === undefined ? [] : [msg]), ...fields].join(" ");
}

function fieldText(key: string, value: unknown): string {
  if (key === "cpuSeconds" && typeof value === "number") return durationText(value).replaceAll(" ", "");
  return typeof value === "string" ? value : JSON.stringify(value);
}
