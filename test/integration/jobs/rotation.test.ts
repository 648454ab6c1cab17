import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../extension/core/jobs/log/event.ts";
import { sygaldry } from "../../support/cli.ts";
import { eventually, type JobPlace, jobPlace } from "./support.ts";

/** A place whose sygaldry.yaml has these settings of jobs. */
async function placeWith(jobs: string): Promise<JobPlace> {
  const place = await jobPlace();
  writeFileSync(path.join(place.work, "sygaldry.yaml"), `jobs: ${jobs}\n`);
  return place;
}

/** All files of a job's latest run, oldest first. */
function filesOf(place: JobPlace, name: string): readonly string[] {
  const stem = (place.status(name)?.log ?? "").replace(/jsonl$/, "");
  const part = (file: string) => Number(/\.part(\d+)\./.exec(file)?.[1] ?? Number.POSITIVE_INFINITY);
  return readdirSync(place.folder)
    .filter((file) => file.startsWith(stem) && file.endsWith(".jsonl"))
    .sort((a, b) => part(a) - part(b))
    .map((file) => path.join(place.folder, file));
}

function eventsIn(files: readonly string[]) {
  return files
    .flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"))
    .map((line) => parseEvent(line));
}

const logsOf = (place: JobPlace) =>
  readdirSync(place.folder)
    .map((file) => /^(.*)-\d{8}-\d{6}\.jsonl$/.exec(file)?.[1])
    .filter((job) => job !== undefined)
    .sort();

describe("a log that goes on in new files (integration)", () => {
  it("is followed from beginning to end, and read back, with nothing lost or doubled", async () => {
    await using place = await placeWith("{ logs: { maxSize: 1MB, parts: 1000 } }");
    const lines = 120_000;
    const line = `until [ -e go ]; do sleep 0.05; done; seq -f '%.0f ${"x".repeat(60)}' ${lines}; exit 3`;
    await place.run("much", "--shell", "--", line);
    await using following = place.start("tail", "-f", "much", "-n", "1000000", "--event", "output");
    await using attached = place.start("tail", "-f", "much", "--json", "-n", "1000000");
    await attached.seen(/"event":"attempt"/);
    writeFileSync(path.join(place.work, "go"), "");
    expect((await place.job("wait", "much")).exitCode).toBe(3);
    const files = filesOf(place, "much");
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(statSync(file).size).toBeLessThanOrEqual(1_000_000);
    const events = eventsIn(files);
    const seqs = Array.from(events, (_, index) => index + 1);
    expect(events.map((event) => event?.seq)).toEqual(seqs);
    expect(events.filter((event) => event?.event === "output")).toHaveLength(lines);
    expect((await following.ended).exitCode).toBe(0);
    const followed = following.output().trimEnd().split("\n");
    expect(followed.map((text) => Number.parseInt(text, 10))).toEqual(
      Array.from({ length: lines }, (_, index) => index + 1),
    );
    expect((await attached.ended).exitCode).toBe(0);
    const seen = attached.output().trimEnd().split("\n").map(parseEvent);
    expect(seen.map((event) => event?.seq)).toEqual(seqs);
    const tailed = await place.job("tail", "much", "--json", "-n", "50000");
    const { events: last } = tailed.json() as { events: { seq: number }[] };
    expect(last.map(({ seq }) => seq)).toEqual(seqs.slice(-50_000));
    const size = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect((await place.job("logs", "much", "--json")).json()).toMatchObject({
      runs: [{ state: "FAILED", size, log: files.at(-1) }],
    });
    const pruned = await place.job("prune", "--keep", "0", "--json");
    expect(pruned.json()).toMatchObject({ bytes: size, runs: [{ job: "much", size }] });
    expect(readdirSync(place.folder)).toEqual([]);
  });

  it("shows all of it with --attach, and keeps no more parts than asked for", async () => {
    await using place = await placeWith("{ logs: { maxSize: 1MB, parts: 2 } }");
    // Each time as much as makes a part, so that none is removed before it was read.
    const line = `for i in 1 2 3 4 5; do seq -f '%.0f ${"x".repeat(200)}' $((i * 3000 - 2999)) $((i * 3000)); until [ -e go$i ]; do sleep 0.05; done; done`;
    await using attached = place.start("run", "--name", "near", "--attach", "--shell", "--", line);
    for (const round of [1, 2, 3, 4, 5]) {
      await attached.seen(new RegExp(`^${round * 3000} `, "m"));
      writeFileSync(path.join(place.work, `go${round}`), "");
    }
    expect((await attached.ended).exitCode).toBe(0);
    expect(attached.output().match(/^\d+ x/gm)).toHaveLength(15_000);
    const files = filesOf(place, "near");
    expect(files.map((file) => /\.part(\d+)\./.exec(file)?.[1])).toEqual([
      expect.stringMatching(/\d/),
      expect.stringMatching(/\d/),
      undefined,
    ]);
    const seqs = eventsIn(files).map((event) => event?.seq ?? 0);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  });

  it("says LOST in the part that was written last", async () => {
    await using place = await placeWith("{ logs: { maxSize: 1MB } }");
    await place.run("lost", "--shell", "--", `seq -f '%.0f ${"x".repeat(200)}' 9000; sleep 60`);
    await eventually(() => (place.output("lost", "stdout").at(-1)?.startsWith("9000 ") ? true : undefined));
    process.kill(place.status("lost")?.supervisor?.pid ?? 0, "SIGKILL");
    expect((await place.job("wait", "lost")).exitCode).toBe(1);
    const seqs = eventsIn(filesOf(place, "lost")).map((event) => event?.seq ?? 0);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(place.events("lost").at(-1)).toMatchObject({ event: "lost" });
    expect((await place.job("stop", "lost", "--grace", "0.5")).exitCode).toBe(0);
  });

  it("is kept as one file where there are no settings", async () => {
    await using place = await jobPlace();
    await place.run("plain", "--", "seq", "50000");
    expect((await place.job("wait", "plain")).exitCode).toBe(0);
    expect(filesOf(place, "plain")).toHaveLength(1);
    expect(place.output("plain", "stdout")).toHaveLength(50_000);
  });
});

describe("retention (integration)", () => {
  it("removes runs that have ended, and leaves the live one and the latest", async () => {
    await using place = await placeWith("{ retention: { keep: 2 } }");
    await place.run("live", "--shell", "--", "until [ -e go ]; do sleep 0.05; done; echo ended");
    for (let round = 0; round < 4; round++) {
      await place.run("again", "--", "echo", String(round));
      expect((await place.job("wait", "again")).exitCode).toBe(0);
    }
    await eventually(() => (logsOf(place).join() === "again,again,live" ? true : undefined));
    expect(place.output("again", "stdout")).toEqual(["3"]);
    expect(place.status("live")?.state).toBe("PROGRESS");
    writeFileSync(path.join(place.work, "go"), "");
    expect((await place.job("wait", "live")).exitCode).toBe(0);
    expect(place.output("live", "stdout")).toEqual(["ended"]);
    // What the settings say is what `prune` does by itself, and nothing else when something is asked for.
    writeFileSync(path.join(place.work, "sygaldry.yaml"), "jobs: { retention: { keep: 1 } }\n");
    const dry = ["prune", "--dry-run", "--json"];
    expect((await place.job(...dry)).json()).toMatchObject({ runs: [{ job: "again" }] });
    expect((await place.job(...dry, "--keep", "2")).json()).toMatchObject({ runs: [] });
    expect((await place.job("prune", "--json")).json()).toMatchObject({ runs: [{ job: "again" }] });
    expect(logsOf(place)).toEqual(["again", "live"]);
  });

  it("is refused where sygaldry.yaml is wrong, before anything is started", async () => {
    await using place = await placeWith("{ retention: { maxAge: soon }, logs: { maxSize: 1kB } }");
    const result = await place.job("run", "--json", "--name", "never", "--", "true");
    expect(result.exitCode).toBe(4);
    expect(result.json()).toMatchObject({
      error: {
        code: "SYG-CONFIG-INVALID",
        message: expect.stringMatching(
          /yaml:1:\d+: jobs\.retention\.maxAge: expected a time[\s\S]*jobs\.logs\.maxSize: expected a size/,
        ),
      },
    });
    expect((await place.job("prune", "--json")).exitCode).toBe(4);
  });

  it("says where its settings come from", async () => {
    await using place = await placeWith("{ logs: { maxSize: 500MB } }");
    const options = { cwd: place.work, env: place.env };
    const explained = await sygaldry(["config", "--explain"], options);
    expect(explained.stdout).toMatch(/jobs\.logs\.maxSize +"500MB" +\S+sygaldry\.yaml:1:\d+/);
    expect(explained.stdout).toMatch(/jobs\.logs\.parts +4 +default/);
  });
});
