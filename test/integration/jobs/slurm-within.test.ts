import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { sygaldry } from "../../support/cli.ts";
import { baseImage, docker } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { startPrivateSlurm } from "../../support/slurm.ts";

requires(
  "linux",
  "slurm",
  "base",
)("a job on Slurm, in a container of the node (integration)", () => {
  it("sees its folder, its mounts and its variables, and none of the host's", {
    timeout: 120_000,
  }, async () => {
    await using slurm = await startPrivateSlurm();
    const work = path.join(slurm.folder, 'wörk, "here"');
    const data = path.join(slurm.folder, "data");
    for (const made of [work, data]) await mkdir(made);
    const env = {
      ...{ ...slurm.env, SYGALDRY_PROJECT_ID: "demo", SYGALDRY_CONTAINER_ROOT: slurm.folder },
      ...{ ONLY_HERE: "on the host", PATH: `${process.env["PATH"]}:/only/here` },
    };
    const job = (...args: readonly string[]) => sygaldry(["job", ...args], { cwd: work, env });
    const script = [
      'echo "$0|$1|$GIVEN|$ONLY_HERE|$SLURM_CPUS_PER_TASK"',
      "pwd; id -u; ls /data; echo kept > made; echo no > /data/made || echo refused; case $PATH in */only/here*) echo host ;; *) echo own ;; esac; exit 3",
    ].join("; ");
    const within = [
      "--on",
      "slurm",
      "--cpus",
      "2",
      "--within",
      `docker:${baseImage}`,
      "--mount",
      `${data}:/data:ro`,
    ];
    const given = ["--env", "GIVEN=a secret\nof two lines", "--name", "boxed"];
    await writeFile(path.join(data, "seen"), "");
    const command = ["sh", "-c", script, "", "x y"];
    const started = await job("run", ...given, ...within, "--", ...command);
    expect(started, started.stderr).toMatchObject({ exitCode: 0 });
    expect((await job("wait", "boxed")).exitCode).toBe(3);
    const shown = await job("tail", "boxed", "--event", "output", "--json");
    const { events } = shown.json() as { readonly events: readonly { msg: string; stream: string }[] };
    const lines = events.flatMap(({ msg, stream }) => (stream === "stdout" ? [msg] : []));
    expect(lines).toEqual([
      ...["|x y|a secret", "of two lines||2", work, String(process.getuid?.()), "seen", "refused", "own"],
    ]);
    expect(await readFile(path.join(work, "made"), "utf8")).toBe("kept\n");
    expect((await job("status", "boxed", "--json")).json()).toMatchObject({
      ...{ state: "FAILED", rc: 3, on: "slurm", at: { runs: "docker", node: slurm.node } },
    });
    expect((await job("status", "boxed")).stdout).toMatch(/^runs on the node +docker$/m);
    await expectNoContainer(job, "boxed");

    expect(await job("run", "--name", "stays", ...within, "--", "sleep", "300")).toMatchObject({
      exitCode: 0,
    });
    const state = async () => (await job("status", "stays", "--json")).json() as { readonly state: string };
    while ((await state()).state !== "PROGRESS") await delay(50);
    expect((await job("stop", "stays")).exitCode).toBe(0);
    await expectNoContainer(job, "stays");
  });

  async function expectNoContainer(
    job: (...args: readonly string[]) => ReturnType<typeof sygaldry>,
    name: string,
  ): Promise<void> {
    const { at } = (await job("status", name, "--json")).json() as {
      readonly at: { readonly folder: string };
    };
    const id = await readFile(path.join(at.folder, "container.id"), "utf8").catch(() => "");
    if (id === "") return;
    expect((await docker(["ps", "--all", "--quiet", "--filter", `id=${id}`])).stdout).toBe("");
  }
});
