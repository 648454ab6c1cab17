import { parseDuration, parseSize } from "../base/amounts.ts";
import type { Config } from "../project/schema.ts";

/** When the log of a run goes on in a new file. */
export interface LogRotation {
  /** Bytes of one file. */
  readonly maxSize: number;
  /** Earlier files that are kept; at least one. */
  readonly parts: number;
}

/** Which runs that have ended are removed. */
export interface Retention {
  /** Seconds. */
  readonly maxAge?: number | undefined;
  /** Bytes of all logs together. */
  readonly maxSize?: number | undefined;
  /** Runs of each job. */
  readonly keep?: number | undefined;
}

/** What sygaldry.yaml says about jobs; undefined for what it wants nothing of. */
export interface JobSettings {
  readonly logs?: LogRotation | undefined;
  readonly retention?: Retention | undefined;
}

export function jobSettings({ jobs: { logs, retention } }: Pick<Config, "jobs">): JobSettings {
  const largest = sizeOf(logs.maxSize);
  const maxAge = retention.maxAge === undefined ? undefined : parseDuration(retention.maxAge);
  const maxSize = sizeOf(retention.maxSize);
  const { keep } = retention;
  const isAsked = maxAge !== undefined || maxSize !== undefined || keep !== undefined;
  return {
    logs: largest === undefined ? undefined : { maxSize: largest, parts: logs.parts },
    retention: isAsked ? { maxAge, maxSize, keep } : undefined,
  };
}

function sizeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseSize(text);
}
