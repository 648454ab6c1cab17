import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { gpuMeter } from "../../../extension/core/jobs/runners/process/gpu.ts";
import { sygaldry } from "../../support/cli.ts";
import { requires } from "../../support/requirements.ts";
import { jobPlace } from "./support.ts";

const mib = 1024 * 1024;

/** A driver's tool that writes down each call, and then does as `body` says. */
function standIn(folder: string, body: string): string {
  const file = path.join(folder, "nvidia-smi");
  writeFileSync(file, `#!/bin/sh\necho "$*" >> ${folder}/calls\n${body}\n`);
  chmodSync(file, 0o755);
  return `${folder}:${process.env["PATH"] ?? ""}`;
}

const calls = (folder: string) => readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n");

requires("linux", "host-pids")("GPU memory of a job (integration)", () => {
  it("is told in heartbeats, in the status, and by `job status`, and only that of its own processes", async () => {
    await using place = await jobPlace();
    const PATH = standIn(
      place.work,
      `until [ -s ${place.work}/pid ]; do sleep 0.05; done\necho "$(cat ${place.work}/pid), 512"\necho "1, 4096"\necho "2, [N/A]"`,
    );
    const run = async (name: string, script: string) => {
      const options = { cwd: place.work, env: { ...place.env, PATH } };
      const started = await sygaldry(["job", "run", "--name", name, "--shell", "--", script], options);
      expect(started.exitCode, started.stderr).toBe(0);
    };
    await run("other", "sleep 60");
    await run("train", "echo $$ > pid; until [ -e go ]; do sleep 0.05; done");
    await place.until("train", ({ gpuMemory }) => gpuMemory === 512 * mib);
    expect(place.events("train").findLast(({ event }) => event === "heartbeat")).toMatchObject({
      gpuMemory: 512 * mib,
    });
    const shown = await place.job("status", "train");
    expect(shown.stdout).toMatch(/^GPU memory +536.9 MB$/m);
    expect(shown.stdout).toMatch(/^peak GPU memory +536.9 MB$/m);
    writeFileSync(path.join(place.work, "go"), "");
    await place.job("wait", "train");
    const ended = await place.job("status", "train", "--json");
    expect(ended.json()).toMatchObject({ state: "DONE", gpuMemory: null, peakGpuMemory: 512 * mib });
    expect(calls(place.work)[0]).toBe(
      "--query-compute-apps=pid,used_gpu_memory --format=csv,noheader,nounits",
    );
    expect(place.status("other")?.peakGpuMemory).toBeUndefined();
    await place.job("stop", "other");
  });

  it("is zero after the job gave it back, and not known before it had any", async () => {
    await using place = await jobPlace();
    const PATH = standIn(place.work, `cat ${place.work}/answer`);
    const meter = gpuMeter({ env: { PATH }, every: 0, patience: 20_000 });
    const told = async (answer: string) => {
      writeFileSync(path.join(place.work, "answer"), answer);
      return meter.memoryOf(() => [10, 11]);
    };
    expect(await told("12, 5\n")).toBeUndefined();
    expect(await told("10, [N/A]\n")).toBeUndefined();
    expect(await told("10, 1\n11, 2\n11, 3\n12, 100\n")).toBe(6 * mib);
    expect(await told("")).toBe(0);
    meter.dispose();
    expect(await told("10, 1\n")).toBeUndefined();
  });

  it("gives the last answer while the driver does not answer, and asks once at a time", async () => {
    await using place = await jobPlace();
    const at = (name: string) => path.join(place.work, name);
    const PATH = standIn(place.work, `until [ -e ${at("go")} ]; do sleep 0.05; done; cat ${at("answer")}`);
    const meter = gpuMeter({ env: { PATH }, every: 0, patience: 1 });
    const until = async (value: number) => {
      for (let known: number | undefined; known !== value; ) known = await meter.memoryOf(() => [10]);
    };
    writeFileSync(at("answer"), "10, 7");
    writeFileSync(at("go"), "");
    await until(7 * mib);
    rmSync(at("go"));
    writeFileSync(at("answer"), "10, 9");
    const before = calls(place.work).length;
    // One call may have been out when the driver went silent; the next one hangs.
    while (calls(place.work).length === before) expect(await meter.memoryOf(() => [10])).toBe(7 * mib);
    const hanging = calls(place.work).length;
    for (let round = 0; round < 20; round++) expect(await meter.memoryOf(() => [10])).toBe(7 * mib);
    expect(calls(place.work)).toHaveLength(hanging);
    writeFileSync(at("go"), "");
    await until(9 * mib);
    meter.dispose();
  });

  it("is not asked for again after the driver failed thrice, nor where there is no such tool", async () => {
    await using place = await jobPlace();
    const PATH = standIn(place.work, "echo 'NVIDIA-SMI has failed'; exit 9");
    const meter = gpuMeter({ env: { PATH }, every: 0, patience: 20_000 });
    for (let round = 0; round < 6; round++) expect(await meter.memoryOf(() => [10])).toBeUndefined();
    expect(calls(place.work)).toHaveLength(3);
    const none = gpuMeter({ env: { PATH: "/none/such" }, every: 0 });
    expect(await none.memoryOf(() => [10])).toBeUndefined();
  });

  it("is asked for no more often than it should", async () => {
    await using place = await jobPlace();
    const PATH = standIn(place.work, 'echo "10, 7"');
    const meter = gpuMeter({ env: { PATH }, every: 600_000, patience: 20_000 });
    for (let round = 0; round < 5; round++) expect(await meter.memoryOf(() => [10])).toBe(7 * mib);
    expect(calls(place.work)).toHaveLength(1);
    meter.dispose();
  });
});
