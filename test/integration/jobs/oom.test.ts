import { expect, it } from "vitest";
import { processRunner } from "../../../extension/core/base/process.ts";
import { type MemoryCgroup, memoryCgroup } from "../../support/cgroups.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { type JobPlace, jobPlace } from "./support.ts";

const mib = 1024 * 1024;

/** Takes memory until it is ended. */
const greedy = ["python3", "-c", 'kept = []\nwhile True: kept.append(b"x" * (1 << 20))'];

const enter = 'echo 0 > "$1"; shift; exec "$@"';

requires(
  "linux",
  "memory-cgroup",
  "python3",
)("a job that the kernel ends for want of memory (integration)", () => {
  it("is told to be one, where its command entered a group that is limited", async () => {
    await using place = await jobPlace();
    await using group = memoryCgroup(64 * mib);
    await place.run("narrow", "--", "sh", "-c", enter, "sh", group.entrance, ...greedy);
    expect((await place.job("wait", "narrow")).exitCode).toBe(137);
    expect(place.status("narrow")).toMatchObject({
      state: "FAILED",
      rc: 137,
      cause: "oom",
      signal: "SIGKILL",
    });
    expect(place.status("narrow")?.reason).toMatch(
      /^the kernel ended a process of the job.* for want of memory$/,
    );
    expect(place.events("narrow").at(-1)).toMatchObject({ event: "failed", cause: "oom" });
  });

  it("is told to be one, where its supervisor is in that group, and a shell stands between", async () => {
    await using place = await jobPlace();
    await using group = memoryCgroup(320 * mib);
    await runIn(group, place, "shell", "--", "sh", "-c", '"$@"; exit $?', "sh", ...greedy);
    await place.job("wait", "shell");
    expect(place.status("shell")).toMatchObject({ state: "FAILED", rc: 137, cause: "oom" });
    expect(place.status("shell")?.signal).toBeUndefined();
    expect(place.status("shell")?.reason).toMatch(
      /^the kernel ended a process of the job.* for want of memory$/,
    );
  });

  it("is not taken for one that was killed while another group's process was", async () => {
    await using place = await jobPlace();
    await using ours = memoryCgroup(320 * mib);
    await using other = memoryCgroup(64 * mib);
    await runIn(
      ours,
      place,
      "killed",
      "--shell",
      "--",
      "until [ -e go ]; do sleep 0.05; done; kill -KILL $$",
    );
    const { exitCode } = await processRunner.run({
      command: "sh",
      args: ["-c", enter, "sh", other.entrance, ...greedy],
    });
    expect(exitCode).toBe(137);
    await processRunner.run({ command: "touch", args: ["go"], cwd: place.work });
    await place.job("wait", "killed");
    expect(place.status("killed")).toMatchObject({
      state: "FAILED",
      rc: 137,
      cause: "signal",
      signal: "SIGKILL",
    });
  });
});

/** `place.run`, where the supervisor is in the group too. */
async function runIn(
  group: MemoryCgroup,
  place: JobPlace,
  name: string,
  ...args: readonly string[]
): Promise<void> {
  const cli = [process.execPath, inRepository("dist", "cli.cjs"), "job", "run", "--name", name, ...args];
  const result = await processRunner.run({
    ...{ command: "sh", args: ["-c", enter, "sh", group.entrance, ...cli], cwd: place.work },
    env: { ...process.env, ...place.env },
  });
  expect(result.exitCode, result.stderr).toBe(0);
}
