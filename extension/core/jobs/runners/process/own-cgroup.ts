import { readFileSync } from "node:fs";
import path from "node:path";

/** A control group, as a folder of the file system that shows its hierarchy. */
export interface CgroupPlace {
  /** Where the hierarchy is mounted; whoever belongs to it is at or below this. */
  readonly mount: string;
  readonly folder: string;
}

/** `unified` is the hierarchy of version 2; `memory` is that of version 1 with the memory controller. */
export type CgroupHierarchy = "unified" | "memory";

/** The control group that this process is in; undefined where there is none or it is not mounted here. */
export function ownCgroup(hierarchy: CgroupHierarchy): CgroupPlace | undefined {
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
export function findCgroup(
  hierarchy: CgroupHierarchy,
  cgroups: string,
  mounts: string,
): CgroupPlace | undefined {
  const group = cgroups.split("\n").flatMap((line) => pathIn(hierarchy, line))[0];
  if (group === undefined) return undefined;
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, mount] = before.split(" ");
    if (root === undefined || mount === undefined || !shows(hierarchy, after)) continue;
    const below = path.posix.relative(unescaped(root), group);
    if (below === ".." || below.startsWith("../")) continue;
    const place = unescaped(mount);
    return { mount: place, folder: path.posix.join(place, below) };
  }
  return undefined;
}

function pathIn(hierarchy: CgroupHierarchy, line: string): readonly string[] {
  const [, id, controllers = "", group = ""] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
  const wanted = hierarchy === "unified" ? id === "0" : controllers.split(",").includes(hierarchy);
  // A group outside of this process's cgroup namespace begins with `/..` and cannot be reached.
  return wanted && group !== "/.." && !group.startsWith("/../") ? [group] : [];
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
