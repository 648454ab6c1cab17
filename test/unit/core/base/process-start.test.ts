import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { type ProcessRunner, processRunner } from "../../../../extension/core/base/process.ts";
import { processState } from "../../../../extension/core/base/process-start.ts";

const platforms = ["linux", "darwin"] as const;

describe.each(platforms)("processState as on %s (unit)", (platform) => {
  test("of this process is the same each time, and differs from another's", async () => {
    // A whole second later: `ps` tells seconds only.
    const child = spawn("/bin/sh", ["-c", "sleep 1.1; echo up; exec sleep 1000"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    try {
      const own = await processState(process.pid, platform);
      expect(own).toEqual({ running: true, startTime: expect.stringMatching(/\d/) });
      expect(await processState(process.pid, platform)).toEqual(own);
      const other = await processState(child.pid ?? 0, platform);
      expect(other.running).toBe(true);
      expect(other).not.toEqual(own);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("of an ended process is not running", async () => {
    const child = spawn("/bin/true");
    await once(child, "exit");
    expect(await processState(child.pid ?? 0, platform)).toEqual({ running: false });
  });

  test("of a zombie is not running", async () => {
    // The shell's child ends when the shell has become a program that does not wait for it; a shell would take its end.
    const becameSleep = 'case "$(ps -o comm= -p $$)" in *sleep) true ;; *) false ;; esac';
    const script = `{ until ${becameSleep}; do sleep 0.02; done; } & echo $!; exec sleep 1000`;
    const parent = spawn("/bin/sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = await once(parent.stdout, "data");
    try {
      await expect.poll(() => processState(Number(String(line)), platform)).toEqual({ running: false });
      expect(() => process.kill(Number(String(line)), 0)).not.toThrow();
    } finally {
      parent.kill("SIGKILL");
    }
  });
});

test("a process that ps cannot show is running, since when is unknown (unit)", async () => {
  const blind: ProcessRunner = { run: () => processRunner.run({ command: "/bin/false", args: [] }) };
  expect(await processState(process.pid, "darwin", blind)).toEqual({ running: true, startTime: undefined });
});
