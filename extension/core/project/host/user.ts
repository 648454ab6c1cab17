import { userInfo } from "node:os";
import type { Environment } from "../overrides.ts";
import type { UserFacts } from "./facts.ts";

/** Whoever runs this process; the name is the number where the system has no name for it. */
export function probeUser(environment: Environment): UserFacts {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return { uid, gid, name: userName() ?? (environment["USER"] || String(uid)) };
}

/** Node throws where the id is not in the user database, as is common in containers. */
function userName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined;
  }
}
