import { rm } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import type { Session } from "../session.ts";

/** Remembers that a container's first start did not come to its end: its labels alone would call it up to date. */
export async function markUnfinished(session: Session, containerId: string): Promise<void> {
  await writeAtomic(recordOf(session), `${containerId}\n`);
}

export async function clearUnfinished(session: Session): Promise<void> {
  await rm(recordOf(session), { force: true });
}

export async function isUnfinished(session: Session, containerId: string): Promise<boolean> {
  return (await readTextIfExists(recordOf(session)))?.trim() === containerId;
}

function recordOf({ projectStorage, checkoutKey }: Session): string {
  return path.join(projectStorage, "unfinished", checkoutKey);
}
