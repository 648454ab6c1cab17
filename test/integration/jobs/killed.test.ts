import { appendFileSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../extension/core/jobs/log/event.ts";
import type { JobStatus } from "../../../extension/core/jobs/status/status.ts";
import { requires } from "../../support/requirements.ts";
import { eventually, type JobPlace, jobPlace, kill, running } from "./support.ts";

/** With its whole log, in which every line is an event and none is missing. */
async function expectLost(place: JobPlace, name: string): Promise<void> {
  const shown = (await place.job("status", name, "--json")).json() as { readonly reason: string };
  expect(shown).toMatchObject({ state: "LOST", cause: "lost", live: false, life: "ended" });
  expect(shown.reason).toMatch(/^its supervisor, process \d+ on .*, ended without a word$/);
  const waited = await place.job("wait", name, "--json", "--timeout", "20");
  expect(waited.exitCode).toBe(1);
  expect(waited.json()).toMatchObject({ jobs: [{ state: "LOST" }] });
  expect(wholeLog(place, name).at(-1)).toMatchObject({ event: "lost", msg: shown.reason });
}

function wholeLog(place: JobPlace, name: string) {
  const text = readFileSync(path.join(place.folder, place.status(name)?.log ?? ""), "utf8");
  expect(text.endsWith("}\n")).toBe(true);
  const events = text.trimEnd().split("\n").map(parseEvent);
  expect(events.map((event) => event?.seq)).toEqual(events.map((_, index) => index + 1));
  return events.map((event) => ({ ...event }));
}

async function killSupervisor(place: JobPlace, name: string): Promise<void> {
  const pid = place.status(name)?.supervisor?.pid ?? 0;
  expect(running([pid])).toEqual([pid]);
  kill(pid);
  await eventually(() => (running([pid]).length === 0 ? true : undefined));
}

/** What it left is ended by stop, and then its name is free. */
async function expectReusable(place: JobPlace, name: string): Promise<void> {
  const others = place.status("base") === undefined ? [] : ["base"];
  const stopped = await place.job("stop", name, ...others, "--grace", "0.5");
  expect(stopped.exitCode, stopped.stderr).toBe(0);
  await eventually(() => (place.processes().length === 0 ? true : undefined));
  await place.run(name, "--", "echo", "again");
  expect((await place.job("wait", name)).exitCode).toBe(0);
  expect(place.output(name, "stdout")).toEqual(["again"]);
}

requires("linux")("a supervisor that is killed (integration)", () => {
  const stages: readonly (readonly [string, readonly string[], (status: JobStatus) => boolean])[] = [
    [
      "while it waits for another job",
      ["--after", "base", "--", "true"],
      ({ reason }) => reason !== undefined,
    ],
    [
      "between two attempts",
      ["--retries", "1", "--retry-delay", "600", "--", "false"],
      ({ state, reason }) => state === "START" && reason !== undefined,
    ],
    ["while its command runs", ["--", "sleep", "600"], ({ state }) => state === "PROGRESS"],
  ];
  it.each(stages)("%s is told to be LOST, and all is well again after stop", async (stage, args, reached) => {
    await using place = await jobPlace();
    if (stage.includes("another")) await place.run("base", "--", "sleep", "600");
    await place.run("killed", ...args);
    await place.until("killed", reached);
    await killSupervisor(place, "killed");
    await expectLost(place, "killed");
    await expectReusable(place, "killed");
  });

  it("while it stops a command that ignores TERM, leaves that to the stop that waits", async () => {
    await using place = await jobPlace();
    const stubborn = "trap '' TERM; echo up; while :; do sleep 0.1; done";
    await place.run("killed", "--grace", "600", "--shell", "--", stubborn);
    await eventually(() => (place.output("killed", "stdout").includes("up") ? true : undefined));
    await using stopping = place.start("stop", "killed", "--grace", "0.5");
    await eventually(() => (place.events("killed").some(({ event }) => event === "stop") ? true : undefined));
    await killSupervisor(place, "killed");
    expect(await stopping.ended).toMatchObject({ exitCode: 0 });
    expect(stopping.output()).toContain("killed is LOST");
    expect(place.processes()).toEqual([]);
    await expectLost(place, "killed");
    await expectReusable(place, "killed");
  });

  it("while its command writes at full speed, keeps all that was written", async () => {
    await using place = await jobPlace();
    await place.run("killed", "--", "seq", "1000000000");
    const log = path.join(place.folder, place.status("killed")?.log ?? "");
    await eventually(() => (statSync(log).size > 2 ** 20 ? true : undefined));
    await killSupervisor(place, "killed");
    await place.job("status", "killed");
    const lines = place.output("killed", "stdout");
    expect(lines).toEqual(lines.map((_, index) => String(index + 1)));
    // KILL can cut off what was being written; what comes after it begins on a line of its own.
    const texts = readFileSync(log, "utf8").split("\n");
    const odd = texts.flatMap((text, index) =>
      parseEvent(text) === undefined ? [index - texts.length] : [],
    );
    expect([[-1], [-3, -1]]).toContainEqual(odd);
    expect(place.events("killed").at(-1)).toMatchObject({ event: "lost" });
    await expectReusable(place, "killed");
  });

  it("when its command ends, leaves the true end or LOST", async () => {
    await using place = await jobPlace();
    const seen = new Set<string>();
    for (const delay of [0, 0, 1, 2, 3, 5, 8, 13, 21, 34]) {
      await place.run("killed", "--shell", "--", "echo out; sleep 0.5; exit 3");
      const { handle, supervisor } = await place.until("killed", ({ state }) => state === "PROGRESS");
      while (running([Number(handle["pid"])]).length > 0) await sleep(0);
      await sleep(delay);
      kill(supervisor?.pid ?? 0);
      await eventually(() => (running([supervisor?.pid ?? 0]).length === 0 ? true : undefined));
      const shown = (await place.job("status", "killed", "--json")).json() as { readonly state: string };
      if (shown.state === "LOST") await expectLost(place, "killed");
      else expect(shown).toMatchObject({ state: "FAILED", rc: 3, cause: "exit", reason: "exited with 3" });
      expect(wholeLog(place, "killed").at(-1)).toMatchObject({ event: shown.state.toLowerCase() });
      expect(place.output("killed", "stdout")).toEqual(["out"]);
      seen.add(shown.state);
    }
    expect(["LOST", "FAILED"]).toEqual(expect.arrayContaining([...seen]));
    await expectReusable(place, "killed");
  });
});

describe("a log that tells how a run ended (integration)", () => {
  it("is believed when its supervisor was killed before the status was written", async () => {
    await using place = await jobPlace();
    await place.run("killed", "--", "sleep", "600");
    const { run, log } = await place.until("killed", ({ state }) => state === "PROGRESS");
    await killSupervisor(place, "killed");
    for (const pid of place.processes()) kill(pid);
    const seq = (place.events("killed").at(-1)?.seq ?? 0) + 1;
    const end = {
      ts: new Date().toISOString(),
      event: "failed",
      job: "killed",
      run,
      seq,
      rc: 7,
      cause: "exit",
    };
    appendFileSync(
      path.join(place.folder, log ?? ""),
      `${JSON.stringify({ ...end, msg: "exited with 7" })}\n`,
    );
    expect((await place.job("wait", "killed")).exitCode).toBe(7);
    expect(place.status("killed")).toMatchObject({ state: "FAILED", rc: 7, reason: "exited with 7" });
    await expectReusable(place, "killed");
  });
});
