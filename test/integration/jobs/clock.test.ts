import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { type SygaldryResult, sygaldry } from "../../support/cli.ts";
import { fakedBy, fakedFrom } from "../../support/faketime.ts";
import { requires } from "../../support/requirements.ts";
import { eventually, type JobPlace, jobPlace, kill } from "./support.ts";

const hour = 3_600_000;

interface Reader {
  readonly env?: Readonly<Record<string, string>>;
  readonly through?: readonly string[];
}

function read(
  place: JobPlace,
  { env, through }: Reader,
  ...args: readonly string[]
): Promise<SygaldryResult> {
  const options = { cwd: place.work, env: { ...place.env, ...env } };
  return sygaldry(["job", ...args], through === undefined ? options : { ...options, through });
}

/** As in another container of this machine. */
const container = ["unshare", "--pid", "--fork", "--mount-proc"];

/** As after a restart of this machine, or with another name on another one. */
function otherBoot(place: JobPlace, host?: string): readonly string[] {
  const file = path.join(place.work, "boot_id");
  writeFileSync(file, `${randomUUID()}\n`);
  const script =
    'mount --bind "$1" /proc/sys/kernel/random/boot_id; [ -z "$2" ] || hostname "$2"; shift 2; exec "$@"';
  return [...container, "--mount", "--uts", "sh", "-c", script, "sh", file, host ?? ""];
}

requires(
  "linux",
  "root",
  "faketime",
)("a clock that jumps (integration)", () => {
  it("loses no job, for readers with other clocks either, and times nothing out", async () => {
    await using place = await jobPlace();
    const offset = path.join(place.work, "offset");
    const set = (text: string) => writeFileSync(offset, `${text}\n`);
    const readers: readonly Reader[] = [
      ...[{}, { env: fakedBy("+5h") }, { env: fakedBy("-5h") }],
      ...[
        { through: container, env: fakedBy("+5h") },
        { through: container, env: fakedBy("-5h") },
      ],
      ...["+5h", "-5h"].map((by) => ({ through: otherBoot(place, "elsewhere"), env: fakedBy(by) })),
    ];
    const began = performance.now();
    const expectAtWork = async () => {
      const { ts } = place.status("long") ?? { ts: "" };
      for (const reader of readers) {
        const said = await read(place, reader, "status", "long", "--json");
        const job = said.json() as { readonly elapsed: number };
        expect(job, `${JSON.stringify(reader)}, told at ${ts}`).toMatchObject({
          ...{ state: "PROGRESS", live: true, life: "alive" },
        });
        expect(job.elapsed).toBeGreaterThan(0);
        // Beyond its last word a reader with another clock adds two heartbeats at most.
        expect(job.elapsed).toBeLessThan((performance.now() - began) / 1000 + 10.1);
        const health = await read(place, reader, "health", "long", "--json");
        expect(health, health.stdout).toMatchObject({ exitCode: 0 });
      }
    };
    set("+0");
    const waits = "echo first; until [ -e go ]; do sleep 0.05; done; echo last";
    const own = { env: fakedFrom(offset) };
    const asked = ["--name", "long", "--timeout", "1h", "--shell", "--", waits];
    expect(await read(place, own, "run", ...asked)).toMatchObject({ exitCode: 0 });
    await place.until("long", ({ state }) => state === "PROGRESS");
    await expectAtWork();
    set("+1d");
    await place.until("long", ({ ts }) => Date.parse(ts) > Date.now() + 23 * hour);
    await expectAtWork();
    set("-2d");
    await place.until("long", ({ ts }) => Date.parse(ts) < Date.now() - 47 * hour);
    await expectAtWork();

    writeFileSync(path.join(place.work, "go"), "");
    expect((await place.job("wait", "long")).exitCode).toBe(0);
    const done = place.status("long");
    expect(done).toMatchObject({ state: "DONE", rc: 0, attempt: 1 });
    expect(done?.elapsed).toBeGreaterThan(5);
    expect(done?.elapsed).toBeLessThan((performance.now() - began) / 1000);
    const events = place.events("long");
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(place.output("long", "stdout")).toEqual(["first", "last"]);

    // A run after the clock was set back is the later one all the same.
    expect(await read(place, own, "run", "--name", "long", "--", "true")).toMatchObject({ exitCode: 0 });
    await place.job("wait", "long");
    const { runs } = (await place.job("logs", "long", "--json")).json() as {
      readonly runs: { run: string }[];
    };
    expect(runs.map(({ run }) => run)).toEqual([done?.run, place.status("long")?.run]);
  });

  it("does not keep a job at work for ever on another machine, when its supervisor is gone", async () => {
    await using place = await jobPlace();
    const far = { through: otherBoot(place, "elsewhere"), env: fakedBy("-5h") };
    const wrong = { through: otherBoot(place, "elsewhere"), env: fakedBy("+5h") };
    await place.run("gone", "--", "sleep", "600");
    const { supervisor } = await place.until("gone", ({ state }) => state === "PROGRESS");
    kill(supervisor?.pid ?? 0);
    expect((await read(place, wrong, "status", "gone", "--json")).json()).toMatchObject({
      state: "PROGRESS",
    });
    const waited = await read(place, wrong, "wait", "gone", "--json", "--timeout", "60");
    expect(waited.json()).toMatchObject({
      jobs: [
        { state: "LOST", life: "silent", reason: expect.stringContaining("cannot be looked at from here") },
      ],
    });
    const behind = (await read(place, far, "status", "gone", "--json")).json();
    expect(behind).toMatchObject({ state: "LOST", life: "silent" });
    expect((await place.job("status", "gone", "--json")).json()).toMatchObject({
      state: "LOST",
      life: "ended",
    });
    expect((await place.job("stop", "gone", "--grace", "1")).exitCode).toBe(0);
    await eventually(() => (place.processes().length === 0 ? true : undefined));
  });
});

requires("linux", "root")("a machine that is restarted (integration)", () => {
  it("has lost the jobs that were at work, and says why", async () => {
    await using place = await jobPlace();
    await place.run("before", "--", "sleep", "600");
    await place.until("before", ({ state }) => state === "PROGRESS");
    for (const pid of place.processes()) kill(pid);
    const after = { through: otherBoot(place) };
    const shown = (await read(place, after, "status", "before", "--json")).json();
    expect(shown).toMatchObject({ state: "LOST", cause: "lost", live: false });
    expect(shown).toMatchObject({
      reason: expect.stringMatching(/ was restarted while the job was at work$/),
    });
    expect(place.events("before").at(-1)).toMatchObject({ event: "lost" });
    expect(await read(place, after, "stop", "before")).toMatchObject({ exitCode: 0 });
    const again = ["run", "--name", "before", "--attach", "--", "echo", "again"];
    expect(await read(place, after, ...again)).toMatchObject({ exitCode: 0, stdout: "again\n" });
  });
});
