import { readFileSync } from "node:fs";
import path from "node:path";

/** `unified` is the hierarchy of version 2; `memory` is that of version 1 with the memory controller. */
export type CgroupHierarchy = "unified" | "memory";

/** The folder of the control group that this process is in; undefined where there is none or it is not mounted here. */
export function ownCgroup(hierarchy: CgroupHierarchy): string | undefined {
  try {
    const read = (name: string) => readFileSync(`/proc/self/${name}`, "utf8");
    return findCgroup(hierarchy, read("cgroup"), read("mountinfo"));
  } catch {
    return undefined;
  }
}

/**
 * Finds the group of a process in what /proc/PID/cgroup (cgroups(7): `0::/path`, `4:cpu,memory:/path`) and
 * /proc/PID/mountinfo (proc_pid_mountinfo(5)) say. A mount may show a part of the hierarchy only, as in containers.
 */
export function findCgroup(hierarchy: CgroupHierarchy, cgroups: string, mounts: string): string | undefined {
  const group = cgroups.split("\n").flatMap((line) => pathIn(hierarchy, line))[0];
  if (group === undefined) return undefined;
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, mount] = before.split(" ");
    if (root === undefined || mount === undefined || !shows(hierarchy, after)) continue;
    const top = unescaped(root);
    const below = path.posix.relative(top, group);
    if (isOutside(top) || below === ".." || below.startsWith("../")) continue;
    return path.posix.join(unescaped(mount), below);
  }
  return undefined;
}

function pathIn(hierarchy: CgroupHierarchy, line: string): readonly string[] {
  const [, id, controllers = "", group = ""] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
  const wanted = hierarchy === "unified" ? id === "0" : controllers.split(",").includes(hierarchy);
  return wanted && !isOutside(group) ? [group] : [];
}

/** Seen from this process's cgroup namespace: nobody tells where in such a mount the namespace's own groups are. */
function isOutside(group: string): boolean {
  return group === "/.." || group.startsWith("/../");
}

function shows(hierarchy: CgroupHierarchy, description: string): boolean {
  const [type, , options = ""] = description.split(" ");
  if (hierarchy === "unified") return type === "cgroup2";
  return type === "cgroup" && options.split(",").includes(hierarchy);
}

/** Spaces, tabs, line ends and backslashes are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
