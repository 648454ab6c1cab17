import { readdirSync, readFileSync } from "node:fs";

/**
 * The ids that this machine has for processes of a container, which numbers them itself; none where the container runs on
 * another machine (a virtual one, too). Sources: `NSpid` of proc_pid_status(5); Docker, Podman and containerd name a
 * container's control group after its id.
 */
export function hostPids(container: string, pids: ReadonlySet<number>): readonly number[] {
  try {
    return readdirSync("/proc").flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      const [, ...inner] = (/^NSpid:(.*)$/m.exec(read(name, "status"))?.[1] ?? "").trim().split(/\s+/);
      const own = inner.at(-1);
      if (own === undefined || !pids.has(Number(own))) return [];
      return read(name, "cgroup").includes(container) ? [Number(name)] : [];
    });
  } catch {
    return [];
  }
}

function read(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
