import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  cgroupAt,
  findRunCgroup,
  makeRunCgroup,
} from "../../../../../../extension/core/jobs/runners/process/cgroup.ts";
import { oomCounter, watchOom } from "../../../../../../extension/core/jobs/runners/process/oom.ts";

// Files as the kernel shows them: what version 2 counts needs its memory controller, which few test machines have.
const root = mkdtempSync(path.join(tmpdir(), "sygaldry-cgroup-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

function folderWith(files: Readonly<Record<string, string>>, name = String(++count)): string {
  const folder = path.join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  return folder;
}

const events = (kills: number) => `low 0\nhigh 0\nmax 81\noom 4\noom_kill ${kills}\noom_group_kill 0\n`;
const control = (kills: number) => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`;

describe("the control group of a run (unit)", () => {
  it("holds the processes of the groups below it, and none that this namespace cannot see", () => {
    const folder = folderWith({ "cgroup.procs": "12\n0\n13\n" });
    folderWith({ "cgroup.procs": "14\n" }, path.join(path.basename(folder), "in/ner"));
    expect(cgroupAt(folder).members()).toEqual(new Set([12, 13, 14]));
    expect(cgroupAt(path.join(root, "none")).members().size).toBe(0);
  });

  it("knows the memory where the kernel counts it, and its peak on kernels that do not tell it too", () => {
    const folder = folderWith({ "memory.current": "4096\n", "memory.peak": "8192\n" });
    const group = cgroupAt(folder);
    expect(group.memory()).toEqual({ memory: 4096, peakMemory: 8192 });
    rmSync(path.join(folder, "memory.peak"));
    writeFileSync(path.join(folder, "memory.current"), "1024\n");
    expect(group.memory()).toEqual({ memory: 1024, peakMemory: 8192 });
    writeFileSync(path.join(folder, "memory.current"), "0\n");
    expect(group.memory()).toBeUndefined();
    expect(cgroupAt(folderWith({})).memory()).toBeUndefined();
  });

  it("is not made where the kernel gives no group, nor is that an error", () => {
    const folder = folderWith({ "cgroup.procs": "" });
    expect(makeRunCgroup("a@20260101-000000@00", path.join(root, "none"))).toBeUndefined();
    expect(makeRunCgroup("a@20260101-000000@00", folder)).toBeUndefined();
  });

  it.each([
    ["no group", undefined],
    ["another folder", "/tmp"],
    ["another run's group", "/sys/fs/cgroup/sygaldry-b@20260101-000000@00"],
    ["no absolute path", "sygaldry-a@20260101-000000@00"],
  ])("is not taken from a status that names %s", (_, folder) => {
    expect(findRunCgroup(folder, "a@20260101-000000@00")).toBeUndefined();
  });

  it("is not taken from a folder that is none of the kernel's", () => {
    const folder = folderWith({ "cgroup.procs": "1\n" }, "sygaldry-a@20260101-000000@00");
    expect(findRunCgroup(folder, "a@20260101-000000@00")).toBeUndefined();
  });
});

describe("processes that the kernel ended for want of memory (unit)", () => {
  const own = (unified?: string, memory?: string) => (hierarchy: "unified" | "memory") =>
    hierarchy === "unified" ? unified : memory;

  it("are counted for the run's own group where that is counted", () => {
    const folder = folderWith({ "memory.events": events(1) });
    const other = folderWith({ "memory.events": events(7) });
    const reason = watchOom(oomCounter({ folder }, own(other)));
    expect(reason()).toBeUndefined();
    writeFileSync(path.join(other, "memory.events"), events(8));
    expect(reason()).toBeUndefined();
    writeFileSync(path.join(folder, "memory.events"), events(2));
    expect(reason()).toBe("the kernel ended a process of the job for want of memory");
  });

  it("are counted for the group around it else, of either version", () => {
    const unified = folderWith({ "memory.events": events(0) });
    const reason = watchOom(oomCounter({ folder: folderWith({}) }, own(unified)));
    writeFileSync(path.join(unified, "memory.events"), events(1));
    expect(reason()).toBe("the kernel ended a process of the job's control group for want of memory");

    const memory = folderWith({ "memory.oom_control": control(3) });
    const below = path.join(path.basename(memory), "step");
    const [same, deeper, made] = [0, 1, 2].map(() =>
      watchOom(oomCounter(undefined, own(folderWith({}), memory))),
    );
    expect(same?.()).toBeUndefined();
    folderWith({ "memory.oom_control": control(0) }, below);
    expect(deeper?.()).toBeUndefined();
    folderWith({ "memory.oom_control": control(1) }, below);
    expect(made?.()).toContain("control group");
  });

  it("are counted for the machine when there is no such group, or it is the topmost", () => {
    expect(oomCounter(undefined, own()).of).toBe("machine");
    const top = folderWith({ "memory.oom_control": control(0), release_agent: "\n" });
    expect(oomCounter(undefined, own(undefined, top)).of).toBe("machine");
  });
});
