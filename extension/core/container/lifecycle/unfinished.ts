import { rm } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import type { Session } from "../session.ts";

/**
 * Which containers' first start has not come to its end: their labels alone would call them up to date. Kept in a file,
 * so that it outlives a process that is killed: a container's id, or `other than <id>` while one is being made.
 */

/** Before a container is made: whatever comes up from now on is unfinished, all but the finished one that is there. */
export async function noteMaking(session: Session, finished: string | undefined): Promise<void> {
  await writeAtomic(recordOf(session), `other than ${finished ?? "none"}\n`);
}

export async function markUnfinished(session: Session, containerId: string): Promise<void> {
  await writeAtomic(recordOf(session), `${containerId}\n`);
}

export async function clearUnfinished(session: Session): Promise<void> {
  await rm(recordOf(session), { force: true });
}

export async function isUnfinished(session: Session, containerId: string): Promise<boolean> {
  const note = (await readTextIfExists(recordOf(session)))?.trim();
  if (note === undefined) return false;
  const finished = /^other than (\S+)$/.exec(note)?.[1];
  return finished === undefined ? note === containerId : finished !== containerId;
}

function recordOf({ projectStorage, checkoutKey }: Session): string {
  return path.join(projectStorage, "unfinished", checkoutKey);
}
