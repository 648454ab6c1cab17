import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { processRunner } from "../../../../../../extension/core/base/process.ts";
import { readTask } from "../../../../../../extension/core/jobs/runners/slurm/run-folder.ts";
import { runScript } from "../../../../../../extension/core/jobs/runners/slurm/run-script.ts";
import { type Requirement, requires } from "../../../../../support/requirements.ts";

const shells: readonly (readonly [Requirement, string])[] = [
  ["dash", "dash"],
  ["bash", "bash"],
];

for (const [requirement, shell] of shells) {
  requires("linux", requirement)(`runScript, in ${shell}`, () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'sygaldry-test-it\'s a "folder"-'));
    });

    afterEach(() => rm(folder, { recursive: true, force: true }));

    async function execute(
      argv: readonly string[],
      {
        cwd = "/",
        env = {},
      }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
    ): Promise<number> {
      const file = path.join(folder, "run.sh");
      await writeFile(file, runScript(folder, { argv, cwd }));
      const slurm = { SLURM_JOB_ID: "5", SLURMD_NODENAME: "n1", PATH: process.env["PATH"] };
      return (await processRunner.run({ command: shell, args: [file], env: { ...slurm, ...env } })).exitCode;
    }

    const output = (name = "stdout") => readFile(path.join(folder, name), "utf8");

    it("exits and tells as the command did", async () => {
      expect(await execute(["sh", "-c", "echo out; echo err >&2; exit 7"])).toBe(7);
      expect(await output()).toBe("out\n");
      expect(await output("stderr")).toBe("err\n");
      const end = { rc: 7, cause: "exit", oomKills: 0 };
      expect(await readTask(folder, undefined)).toEqual({ node: "n1", slurm: "5", end });
      expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
    });

    it("hands arguments over as they are, also the shell's own words", async () => {
      const args = ["", "a b", "'", '"', "\n", "\r\n", "$HOME", "\\n", "*", "-n", "`id`", "é"];
      expect(await execute(["printf", "<%s>", ...args])).toBe(0);
      expect(await output()).toBe(args.map((arg) => `<${arg}>`).join(""));
      expect(await execute(["test", "1", "=", "2"])).toBe(1);
    });

    it("leaves no signal ignored and no file open, and does not show its own variable", async () => {
      const env = { SYGALDRY_SLURM_RUN: folder };
      const look =
        'grep ^SigIgn /proc/self/status; echo $(ls /proc/self/fd); echo "${SYGALDRY_SLURM_RUN-unset}"';
      const direct = await processRunner.run({ command: "sh", args: ["-c", look] });
      expect(await execute(["sh", "-c", look], { env })).toBe(0);
      const [ignored, files, variable] = (await output()).split("\n");
      expect([ignored, files]).toEqual(direct.stdout.split("\n").slice(0, 2));
      expect(variable).toBe("unset");
    });

    it("lives through TERM to tell how its command took it", async () => {
      expect(await execute(["sh", "-c", 'kill -TERM "$PPID"; sleep 0.2; exit 9'])).toBe(9);
      expect((await readTask(folder, undefined))?.end?.rc).toBe(9);
      expect(await execute(["sh", "-c", "kill -KILL $$"])).toBe(137);
    });

    it("tells what could not be started", async () => {
      expect(await execute(["no-such-program"])).toBe(127);
      expect((await readTask(folder, undefined))?.end).toMatchObject({ rc: 127, cause: "start" });
      expect(await execute(["true"], { cwd: "/no/such" })).toBe(126);
      expect((await readTask(folder, undefined))?.end).toMatchObject({ rc: 126, cause: "cwd" });
    });

    it("keeps the tasks of an array apart", async () => {
      expect(await execute(["sh", "-c", "exit 3"], { env: { SLURM_ARRAY_TASK_ID: "12" } })).toBe(3);
      expect((await readTask(folder, 12))?.end?.rc).toBe(3);
      expect(await readTask(folder, undefined)).toBeUndefined();
    });
  });
}

it("reads no end from a file that was cut off", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sygaldry-test-cut-"));
  await writeFile(path.join(folder, "begin"), "node=n1\n");
  await writeFile(path.join(folder, "end"), "rc=");
  expect(await readTask(folder, undefined)).toEqual({ node: "n1", slurm: undefined, end: undefined });
  await rm(folder, { recursive: true });
});
