import { statSync } from "node:fs";
import type { Command } from "../../extension/core/base/process.ts";

export interface TestUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary group ids. Default: the group that owns the Docker socket, when there is one. */
  readonly groups?: readonly number[];
}

/**
 * The same command, run with exactly these ids and no capability (setpriv of util-linux; only root can do it).
 * No entry in /etc/passwd is needed. `home` becomes HOME: give a folder that the user may write.
 */
export function asUser(user: TestUser, home: string, command: Command): Command {
  const groups = user.groups ?? dockerSocketGroups();
  const how = [
    ...["--reuid", String(user.uid), "--regid", String(user.gid)],
    ...(groups.length === 0 ? ["--clear-groups"] : ["--groups", groups.join(",")]),
    ...["--inh-caps=-all", "--bounding-set=-all"],
  ];
  const env = { ...(command.env ?? process.env), HOME: home, USER: undefined, LOGNAME: undefined };
  return { ...command, command: "setpriv", args: [...how, "--", command.command, ...command.args], env };
}

/** The group id of the Docker socket, as a list; empty when this machine has none. */
export function dockerSocketGroups(socket = "/var/run/docker.sock"): number[] {
  const stat = statSync(socket, { throwIfNoEntry: false });
  return stat === undefined ? [] : [stat.gid];
}
