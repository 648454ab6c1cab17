import { describe, expect, it } from "vitest";
import { findCgroup } from "../../../../../../extension/core/jobs/runners/process/own-cgroup.ts";

const pure =
  "29 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

const hybrid = [
  "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
  "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
  "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
  "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
].join("\n");

const inHybrid = "4:memory:/a/b\n2:cpu,cpuacct:/\n0::/user.slice/x.scope\n";

describe("the group that a process is in (unit)", () => {
  it.each([
    ["version 2 alone", "unified", "0::/user.slice/a b.scope\n", pure, "/sys/fs/cgroup/user.slice/a b.scope"],
    ["version 2 beside version 1", "unified", inHybrid, hybrid, "/sys/fs/cgroup/unified/user.slice/x.scope"],
    ["the memory controller of version 1", "memory", inHybrid, hybrid, "/sys/fs/cgroup/memory/a/b"],
    ["the topmost group", "unified", "0::/\n", pure, "/sys/fs/cgroup"],
    [
      "a mount that shows the container's part only",
      "memory",
      "4:memory:/docker/c0ffee/in\n",
      "700 690 0:32 /docker/c0ffee /sys/fs/cgroup/memory ro,nosuid master:14 - cgroup cgroup rw,memory\n",
      "/sys/fs/cgroup/memory/in",
    ],
    [
      "a place with a space",
      "unified",
      "0::/x\n",
      "9 2 0:26 / /my\\040groups rw - cgroup2 cgroup2 rw\n",
      "/my groups/x",
    ],
  ] as const)("is found with %s", (_, hierarchy, cgroups, mounts, folder) => {
    expect(findCgroup(hierarchy, cgroups, mounts)).toBe(folder);
  });

  it.each([
    ["the system has no such hierarchy", "unified", "4:memory:/a\n", hybrid],
    ["it is mounted nowhere", "unified", "0::/a\n", hybrid.split("\n").slice(0, 3).join("\n")],
    ["version 2 has the controller", "memory", "0::/a\n", pure],
    [
      "it is outside of what is mounted",
      "memory",
      "4:memory:/other\n",
      hybrid.replace("0:32 /", "0:32 /docker/c0"),
    ],
    ["it is outside of the namespace", "unified", "0::/../outside\n", pure],
    [
      "what is mounted begins outside of the namespace",
      "unified",
      "0::/\n",
      "58 48 0:38 /.. /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n",
    ],
    ["nothing can be read", "unified", "", ""],
  ] as const)("is not found where %s", (_, hierarchy, cgroups, mounts) => {
    expect(findCgroup(hierarchy, cgroups, mounts)).toBeUndefined();
  });
});
