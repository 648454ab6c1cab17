import * as z from "zod";
import type { LockHolder } from "./lock-holder.ts";

const holderSchema = z.looseObject({
  pid: z.int().positive(),
  startTime: z.string().optional(),
  bootId: z.string().optional(),
  host: z.string(),
  machine: z.string().optional(),
  pidNamespace: z.string().optional(),
  since: z.string(),
  what: z.string(),
});

/** The holder as its file says it, in JSON. */
export function formatHolder(holder: LockHolder): string {
  return `${JSON.stringify(holder, undefined, 2)}\n`;
}

/** Undefined when the text is no holder's record. */
export function parseHolder(text: string): LockHolder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
