import { getEventListeners } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { SygaldryError } from "../../../../extension/core/base/errors.ts";
import { type ContainerCommand, containerSite } from "../../../../extension/core/site/container.ts";
import { samePaths } from "../../../../extension/core/site/paths.ts";

/** A site whose container does what `act` does. */
function siteWith(act: (command: ContainerCommand) => Promise<number>) {
  const seen: ContainerCommand[] = [];
  const site = containerSite((command) => {
    seen.push(command);
    return act(command);
  }, samePaths);
  return { site, seen };
}

const command = { command: "spack", args: ["install", "a b"] };

describe("containerSite (unit)", () => {
  it("gives lines as they come, however they are cut, and the whole text", async () => {
    const { site } = siteWith(async ({ stdout, stderr }) => {
      for (const chunk of ["one\ntw", "o\r\nth", "ree"]) stdout.write(chunk);
      stderr.write(Buffer.from([0xc3]));
      stderr.write(Buffer.from([0xbc, 0x0a]));
      return 3;
    });
    const lines: string[] = [];
    const onLine = (line: string, stream: string) => void lines.push(`${stream}: ${line}`);
    const result = await site.run(command, { onLine });
    expect(result).toEqual({ exitCode: 3, stdout: "one\ntwo\r\nthree", stderr: "ü\n", timedOut: false });
    expect(lines.sort()).toEqual(["stderr: ü", "stdout: one", "stdout: three", "stdout: two"]);
  });

  it("passes the folder, the input and variables, and takes variables away", async () => {
    const { site, seen } = siteWith(async ({ stdin, stdout }) => {
      stdout.write(stdin === undefined ? "none" : await text(stdin));
      return 0;
    });
    const env = { A: "1 2", B: undefined };
    const { stdout } = await site.run({ ...command, cwd: "/workspace", env, input: "in" });
    expect(stdout).toBe("in");
    expect(seen[0]).toMatchObject({ workingDirectory: "/workspace", environment: ["A=1 2"] });
    expect(seen[0]?.argv).toEqual(["env", "-u", "B", "--", "spack", "install", "a b"]);
    await site.run(command);
    expect(seen[1]).toMatchObject({ argv: ["spack", "install", "a b"], environment: [] });
  });

  it("ends in time, and says that it was too late", async () => {
    const { site } = siteWith(untilAborted);
    expect(await site.run(command, { timeout: 20 })).toMatchObject({ timedOut: true, exitCode: 143 });
  });

  it("throws for a cancelled command and leaves no listener", async () => {
    const abort = new AbortController();
    const { site } = siteWith((request) => {
      queueMicrotask(() => abort.abort());
      return untilAborted(request);
    });
    const running = site.run(command, { signal: abort.signal, timeout: 60_000 });
    await expect(running).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });

  it("names a program that is not there", async () => {
    const { site } = siteWith(async ({ stdout }) => {
      stdout.write('OCI runtime exec failed: exec failed: exec: "spack": executable file not found in $PATH');
      return 126;
    });
    await expect(site.run(command)).rejects.toMatchObject({ code: "SYG-TOOL-MISSING" });
  });

  it("leaves a command's own 127 alone", async () => {
    const { site } = siteWith(async ({ stderr }) => {
      stderr.write("sh: 1: make: not found\n");
      return 127;
    });
    expect(await site.run(command)).toMatchObject({ exitCode: 127 });
  });
});

async function untilAborted({ signal }: ContainerCommand): Promise<number> {
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
  throw new SygaldryError("SYG-CANCELLED", "cancelled");
}
