import { describe, expect, it } from "vitest";
import { startProcess } from "../../support/running.ts";

const script = (source: string) => startProcess({ command: process.execPath, args: ["-e", source] });

describe("running (unit)", () => {
  it("waits for output, signals and tells how it ended", async () => {
    await using running = script(
      "process.on('SIGINT', () => { console.error('bye'); process.exit(130); }); console.log('ready'); setInterval(() => {}, 1000)",
    );
    await running.seen(/ready/);
    running.signal("SIGINT");
    expect(await running.ended).toEqual({ exitCode: 130, signal: undefined });
    expect(running.output()).toBe("ready\nbye\n");
  });

  it("rejects when the output never comes", async () => {
    await using running = script("console.log('other')");
    await expect(running.seen(/ready/)).rejects.toThrow("ended without /ready/:\nother");
    await expect(running.seen(/ready/)).rejects.toThrow();
  });

  it("ends the whole group when it is disposed of", async () => {
    const running = script("setInterval(() => {}, 1000); console.log('up')");
    await running.seen(/up/);
    await running[Symbol.asyncDispose]();
    expect(await running.ended).toEqual({ exitCode: undefined, signal: "SIGKILL" });
  });
});
