import { getEventListeners } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Command, processRunner, runChecked } from "../../../../extension/core/base/process.ts";
import { processState } from "../../../../extension/core/base/process-start.ts";

const sh = (script: string, ...args: string[]): Command => ({
  command: "/bin/sh",
  args: ["-c", script, "sh", ...args],
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-process-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("run (unit)", () => {
  test("gives both streams and the exit code, whatever it is", async () => {
    const result = await processRunner.run(sh("echo out; echo err >&2; exit 3"));
    expect(result).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err\n", timedOut: false });
  });

  test("hands arguments on exactly, and the input", async () => {
    const args = ["a b", "$HOME", "'", "", "ü\n"];
    const { stdout } = await processRunner.run({
      ...sh('cat; printf "<%s>" "$@"', ...args),
      input: "given ",
    });
    expect(stdout).toBe("given <a b><$HOME><'><><ü\n>");
  });

  test("a program that reads no input is no failure", async () => {
    const { exitCode } = await processRunner.run({
      ...sh("exec 0<&-; exit 0"),
      input: "x".repeat(1_000_000),
    });
    expect(exitCode).toBe(0);
  });

  test("uses the environment and folder given, leaving out undefined variables", async () => {
    const command = { ...sh('pwd; echo "$A-${B-unset}"'), cwd: "/", env: { A: "1", B: undefined } };
    expect((await processRunner.run(command)).stdout).toBe("/\n1-unset\n");
  });

  test("tells lines as they come, with characters cut in two put together, and the last without a line end", async () => {
    const lines: string[] = [];
    await processRunner.run(sh(String.raw`printf 'a\303'; sleep 0.05; printf '\274\r\nb'; echo c >&2`), {
      onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    });
    expect(lines.sort()).toEqual(["stderr: c", "stdout: aü", "stdout: b"]);
  });

  test("keeps only the end of much output", async () => {
    const { stdout } = await processRunner.run(sh("seq 1 20000"), { keep: 12 });
    expect(stdout).toBe("19999\n20000\n");
  });

  test.each([
    ["TERM", 143],
    ["USR1", 138],
    ["SEGV", 139],
  ])("a program ended by SIG%s exits as in a shell", async (signal, exitCode) => {
    expect((await processRunner.run(sh(`kill -${signal} $$`))).exitCode).toBe(exitCode);
  });

  test("a program that is not there is SYG-TOOL-MISSING with what to do", async () => {
    const error = await processRunner
      .run({ command: "sygaldry-no-such-tool", args: [] })
      .catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "SYG-TOOL-MISSING",
      next: expect.stringContaining("sygaldry-no-such-tool"),
    });
    await expect(processRunner.run({ command: "/dev/null/tool", args: [] })).rejects.toMatchObject({
      code: "SYG-TOOL-MISSING",
    });
    await expect(processRunner.run({ command: "/etc/passwd", args: [] })).rejects.toMatchObject({
      code: "SYG-TOOL-MISSING",
    });
  });

  test("a working folder that is not there is named, and not the tool", async () => {
    await expect(processRunner.run({ ...sh("true"), cwd: path.join(folder, "none") })).rejects.toMatchObject({
      code: "SYG-PROCESS",
      message: expect.stringContaining(path.join(folder, "none")),
    });
  });
});

describe("run, when it is cancelled (unit)", () => {
  test("ends grandchildren too, settles after their exit and leaves no listener", async () => {
    const abort = new AbortController();
    const pids: number[] = [];
    const running = processRunner.run(sh("sleep 1000 & echo $!; echo $$; wait"), {
      signal: abort.signal,
      onLine: (line) => {
        pids.push(Number(line));
        if (pids.length === 2) abort.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    // An orphan's zombie stays until the system's first process takes it; and a process closes its output a moment before it
    // is one.
    for (const pid of pids) await expect.poll(() => processState(pid)).toEqual({ running: false });
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });

  test("ends a program that ignores TERM by KILL, and one that left its group is not waited for", async () => {
    const abort = new AbortController();
    const pidFile = path.join(folder, "pid");
    const script = `setsid sh -c 'echo $$ > ${pidFile}; exec sleep 1000' & trap '' TERM; while ! [ -s ${pidFile} ]; do sleep 0.05; done; echo ready; while :; do sleep 1; done`;
    const running = processRunner.run(sh(script), { signal: abort.signal, onLine: () => abort.abort() });
    await expect(running).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    process.kill(Number(await readFile(pidFile, "utf8")), "SIGKILL");
  });

  test("ends what takes its time at once when it is told to", async () => {
    const [abort, kill] = [new AbortController(), new AbortController()];
    const said: string[] = [];
    const script = "trap 'echo interrupted' INT; trap '' TERM; echo ready; while :; do sleep 0.05; done";
    const running = processRunner.run(sh(script), {
      ...{ signal: abort.signal, kill: kill.signal, endWith: "SIGINT" },
      onLine: (line) => {
        said.push(line);
        if (line === "ready") abort.abort();
        else kill.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(said).toEqual(["ready", "interrupted"]);
    expect(getEventListeners(kill.signal, "abort")).toEqual([]);
  });

  test("does not start at all when it already is", async () => {
    await expect(
      processRunner.run(sh("echo > started"), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "SYG-CANCELLED" });
  });

  test("after a timeout the result says so, with what was written before", async () => {
    const result = await processRunner.run(sh("echo before; exec sleep 1000"), { timeout: 300 });
    expect(result).toMatchObject({ timedOut: true, stdout: "before\n", exitCode: 143 });
  });

  test("leaves no listener when it ends by itself", async () => {
    const abort = new AbortController();
    await processRunner.run(sh("true"), { signal: abort.signal, timeout: 60_000 });
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });
});

describe("runChecked (unit)", () => {
  test("gives the result of success", async () => {
    expect((await runChecked(processRunner, sh("echo yes"))).stdout).toBe("yes\n");
  });

  test("throws SYG-PROCESS with the command and the end of stderr", async () => {
    await expect(runChecked(processRunner, sh("seq 1 50 >&2; exit 7"))).rejects.toMatchObject({
      code: "SYG-PROCESS",
      message: expect.stringMatching(/^\/bin\/sh -c .* exited with 7\n39\n(.*\n)*50$/),
      data: { exitCode: 7 },
    });
  });

  test("shows stdout when stderr is empty, and tells a timeout", async () => {
    await expect(runChecked(processRunner, sh("echo why; exit 1"))).rejects.toThrow(/exited with 1\nwhy$/);
    await expect(runChecked(processRunner, sh("exec sleep 1000"), { timeout: 100 })).rejects.toThrow(
      /took longer than 100 ms/,
    );
  });
});
