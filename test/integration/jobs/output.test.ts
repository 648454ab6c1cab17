import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { processRunner } from "../../../extension/core/base/process.ts";
import { requires } from "../../support/requirements.ts";
import { eventually, jobPlace } from "./support.ts";

describe("a job's log (integration)", () => {
  it("holds both streams apart, what is no UTF-8, a very long line, and the last state of a bar", async () => {
    await using place = await jobPlace();
    const line = String.raw`printf 'a\nb\n'; printf 'bad \377\n' >&2; printf '10%%\r50%%\r100%%\n'; head -c 300000 /dev/zero | tr '\0' x; echo; printf 'no end'`;
    await place.run("mixed", "--shell", "--", line);
    await place.job("wait", "mixed");
    const output = place.events("mixed").filter(({ event }) => event === "output");
    const stdout = output.filter(({ stream }) => stream === "stdout");
    expect(stdout.slice(0, 3)).toMatchObject([{ msg: "a" }, { msg: "b" }, { msg: "100%", folded: 2 }]);
    const long = stdout.slice(3, -1).map(({ msg, more }) => (more === true ? msg : `${msg}\n`));
    expect(long.join("")).toBe(`${"x".repeat(300_000)}\n`);
    expect(stdout.at(-1)?.msg).toBe("no end");
    expect(output.find(({ stream }) => stream === "stderr")).toMatchObject({
      raw: Buffer.from("bad \xff", "latin1").toString("base64"),
    });
  });

  it("tails with numbers, times and kinds, and follows to the end", async () => {
    await using place = await jobPlace();
    await place.run("talk", "--shell", "--", "for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done; exit 3");
    await using following = place.start("tail", "-f", "talk", "--event", "output");
    expect((await following.ended).exitCode).toBe(0);
    expect(following.output()).toBe("line 1\nline 2\nline 3\nline 4\nline 5\n");
    const tailed = await place.job("tail", "talk", "-n", "2", "--event", "output", "--json");
    expect(tailed.json()).toMatchObject({ job: "talk", events: [{ msg: "line 4" }, { msg: "line 5" }] });
    expect((await place.job("tail", "talk", "--since", "1h", "--event", "failed")).stdout).toContain(
      "exited with 3",
    );
    expect((await place.job("tail", "talk", "--since", "2099-01-01")).stdout).toBe("");
  });

  it("is put back with all it held when its folder is removed", async () => {
    await using place = await jobPlace();
    await place.run(
      "removed",
      "--shell",
      "--",
      "echo before; until [ -e go ]; do sleep 0.05; done; echo after",
    );
    await eventually(() => (place.output("removed", "stdout").includes("before") ? true : undefined));
    rmSync(place.folder, { recursive: true });
    await place.until("removed", ({ state }) => state === "PROGRESS");
    writeFileSync(path.join(place.work, "go"), "");
    expect((await place.job("wait", "removed")).exitCode).toBe(0);
    expect(place.output("removed", "stdout")).toEqual(["before", "after"]);
  });
});

requires("linux", "root")("a full disk (integration)", () => {
  async function withDisk(body: (folder: string) => Promise<void>, size = "1m"): Promise<void> {
    await using outside = await jobPlace();
    const disk = path.join(outside.work, "disk");
    mkdirSync(disk);
    const mounted = await processRunner.run({
      command: "mount",
      args: ["-t", "tmpfs", "-o", `size=${size}`, "none", disk],
    });
    expect(mounted.exitCode, mounted.stderr).toBe(0);
    try {
      await body(disk);
    } finally {
      await processRunner.run({ command: "umount", args: ["-l", disk] });
    }
  }

  it("holds the command up until there is room, and loses nothing", async () => {
    await withDisk(async (disk) => {
      await using place = await jobPlace(disk);
      writeFileSync(path.join(disk, "ballast"), Buffer.alloc(600_000, 1));
      await place.run("held", "--", "seq", "4000");
      await place.until("held", ({ reason }) => reason?.includes("disk-full") === true);
      rmSync(path.join(disk, "ballast"));
      expect((await place.job("wait", "held")).exitCode).toBe(0);
      expect(place.output("held", "stdout")).toEqual(
        Array.from({ length: 4000 }, (_, index) => String(index + 1)),
      );
    });
  });

  it("is told to be full by the status of a job that stops there, and the log ends with a whole line", async () => {
    await withDisk(async (disk) => {
      await using place = await jobPlace(disk);
      await place.run("full", "--shell", "--", "seq 100000; sleep 60");
      await place.until("full", ({ reason }) => reason?.includes("disk-full") === true);
      expect((await place.job("health", "full")).exitCode).toBe(1);
      const stopped = await place.job("stop", "full");
      expect(stopped.exitCode, stopped.stderr).toBe(0);
      expect(place.status("full")).toMatchObject({ state: "STOPPED" });
      const log = path.join(disk, "jobs/bazel_cache/zephyr_jobs", place.status("full")?.log ?? "");
      expect(statSync(log).size).toBeGreaterThan(500_000);
      expect(readFileSync(log, "utf8").endsWith("}\n")).toBe(true);
    });
  });

  it("is never reached by a log whose earlier parts are removed", async () => {
    await withDisk(async (disk) => {
      await using place = await jobPlace(disk);
      const settings = "jobs: { logs: { maxSize: 1MB, parts: 1 } }\n";
      writeFileSync(path.join(place.work, "sygaldry.yaml"), settings);
      await place.run("much", "--", "seq", "-f", `%.0f ${"x".repeat(90)}`, "100000");
      expect((await place.job("wait", "much")).exitCode).toBe(0);
      expect(place.output("much", "stdout").at(-1)).toBe(`100000 ${"x".repeat(90)}`);
      expect(place.events("much").filter(({ event }) => event === "log")).toEqual([]);
    }, "4m");
  });
});
