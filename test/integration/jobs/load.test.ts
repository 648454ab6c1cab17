import { createReadStream, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { parseEvent } from "../../../extension/core/jobs/log/event.ts";
import { requires } from "../../support/requirements.ts";
import { eventually, jobPlace, running } from "./support.ts";

requires("linux")("many jobs (integration)", () => {
  it("are at work at the same time, 200 of them, and are ended by one stop", async () => {
    await using place = await jobPlace();
    const names = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    const waiting = names.values();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const name of waiting) await place.run(name, "--", "sleep", "3600");
      }),
    );
    const states = async () => {
      const { jobs } = (await place.job("list", "--json")).json() as {
        readonly jobs: readonly { readonly state: string; readonly life: string }[];
      };
      return new Set(jobs.map(({ state, life }) => `${jobs.length} ${state} ${life}`));
    };
    for (const name of names) await place.until(name, ({ state }) => state === "PROGRESS");
    // One that cannot write its heartbeat in time is stalled, and at work all the same.
    expect(["200 PROGRESS alive", "200 PROGRESS stalled"]).toEqual(
      expect.arrayContaining([...(await states())]),
    );
    const commands = names.map((name) => Number(place.status(name)?.handle["pid"]));
    expect(running(commands)).toHaveLength(200);

    const stopped = await place.job("stop", "--json", ...names);
    expect(stopped.exitCode, stopped.stderr).toBe(0);
    const { jobs } = stopped.json() as { readonly jobs: readonly object[] };
    expect(jobs).toEqual(
      names.map((job) => expect.objectContaining({ job, state: "STOPPED", cause: "stopped", before: false })),
    );
    expect(await states()).toEqual(new Set(["200 STOPPED ended"]));
    await eventually(() => (place.processes().length === 0 ? true : undefined));
  });
});

requires("linux")("a job's log at full speed (integration)", () => {
  it("loses nothing of 1 GB, in less than 100 MB of memory", async () => {
    await using place = await jobPlace();
    const lines = 10_000_000;
    const rest = "x".repeat(87);
    await place.run("fast", "--", "seq", "-f", `%012.0f ${rest}`, String(lines));
    const pid = place.status("fast")?.supervisor?.pid ?? 0;
    let peak = 0;
    await eventually(() => {
      const file = `/proc/${pid}/status`;
      const text = existsSync(file) ? readFileSync(file, "utf8") : "";
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) * 1024);
      return place.status("fast")?.state === "DONE" ? true : undefined;
    }, 400);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(100e6);

    let count = 0;
    let bytes = 0;
    let events = 0;
    const log = createReadStream(path.join(place.folder, place.status("fast")?.log ?? ""));
    for await (const line of createInterface({ input: log })) {
      events++;
      // What this takes apart itself, for parsing every line takes minutes; the others are parsed.
      const [, seq, message] =
        /^\{"ts":"[^"]*","event":"output",.*"seq":(\d+),"stream":"stdout","msg":"([^"]*)"\}$/.exec(line) ??
        [];
      if (Number(seq ?? parseEvent(line)?.seq) !== events) throw new Error(`not event ${events}: ${line}`);
      if (message === undefined) continue;
      count++;
      bytes += message.length + 1;
      if (!message.startsWith(String(count).padStart(12, "0"))) throw new Error(`not line ${count}: ${line}`);
    }
    expect(count).toBe(lines);
    expect(bytes).toBe(lines * (13 + rest.length + 1));
    expect(bytes).toBeGreaterThan(1e9);
  });
});
