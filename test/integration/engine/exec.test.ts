import { getEventListeners, once } from "node:events";
import { PassThrough, Readable, Writable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dockerEngine } from "../../../extension/core/container/docker-engine.ts";
import type { ExecOptions } from "../../../extension/core/container/engine.ts";
import { baseImage, docker, removeOwn, startContainer } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { testEndpoint } from "./support.ts";

requires("docker", "base")("exec over the engine's API (integration)", () => {
  const engine = dockerEngine(testEndpoint());
  let container = "";
  beforeAll(async () => {
    container = await startContainer(baseImage, ["sleep", "infinity"]);
  });
  afterAll(removeOwn);

  /** Runs it and gives the exit code and what came out. */
  async function run(
    argv: readonly string[],
    options: Partial<ExecOptions> = {},
    signal?: AbortSignal,
  ): Promise<{ code: number; out: string; err: string }> {
    const [stdout, stderr] = [collector(), collector()];
    const defaults = { user: "root", workingDirectory: "/", environment: [], tty: false, stdin: undefined };
    const code = await engine.exec(container, { ...defaults, argv, stdout, stderr, ...options }, signal);
    return { code, out: stdout.text(), err: stderr.text() };
  }
  const sh = (script: string, options: Partial<ExecOptions> = {}, signal?: AbortSignal) =>
    run(["sh", "-c", script], options, signal);

  /** Sends the signal once the command has said "ready". */
  async function signalled(script: string, name: NodeJS.Signals, options: Partial<ExecOptions> = {}) {
    let send: ((signal: NodeJS.Signals) => Promise<void>) | undefined;
    const stdout = collector();
    const sent = stdout.saw("ready").then(() => send?.(name));
    const result = await sh(script, { stdout, onStarted: (given) => (send = given), ...options });
    await sent;
    return { ...result, out: stdout.text() };
  }

  /** The command lines that run in the container and hold this text. */
  async function running(text: string): Promise<string[]> {
    const list = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f 2>/dev/null; echo; done";
    const { stdout } = await docker(["exec", container, "sh", "-c", list]);
    return stdout.split("\n").filter((line) => line.includes(text));
  }

  it("keeps the streams apart and returns the exit code", async () => {
    expect(await sh("echo out; echo err >&2; exit 5")).toEqual({ code: 5, out: "out\n", err: "err\n" });
  });

  it("runs as the user, in the folder, with the environment", async () => {
    const options = { user: "65534:65534", workingDirectory: "/usr", environment: ["A=a b", "B=ü"] };
    expect(await sh('id -u; pwd; echo "$A|$B"', options)).toMatchObject({ out: "65534\n/usr\na b|ü\n" });
  });

  it("passes arguments exactly", async () => {
    const argv = ["printf", "<%s>", "a b", "", "$(id)", "'\"`\\", "x\ny"];
    expect(await run(argv)).toMatchObject({ out: "<a b><><$(id)><'\"`\\><x\ny>" });
  });

  it("gives end-of-file when there is no stdin", async () => {
    expect(await run(["cat"])).toMatchObject({ code: 0, out: "" });
  });

  it("streams 50 MB in, and the end of it", async () => {
    expect(await sh("cat | wc -c", { stdin: blocks(50) })).toMatchObject({
      code: 0,
      out: `${50 * 1024 * 1024}\n`,
    });
  });

  it("streams 50 MB in and out again, every byte as it was, as slowly as they are taken", async () => {
    const sums: number[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        for (const byte of chunk) sums[byte] = (sums[byte] ?? 0) + 1;
        setImmediate(done);
      },
    });
    expect(await run(["cat"], { stdin: blocks(50), stdout: slow })).toMatchObject({ code: 0 });
    expect(sums).toEqual(Array.from({ length: 256 }, () => (50 * 1024 * 1024) / 256));
  });

  it("returns when the command has ended, though stdin never ends", async () => {
    const stdin = new PassThrough();
    expect(await run(["true"], { stdin })).toMatchObject({ code: 0 });
    expect(stdin.listenerCount("data") + stdin.listenerCount("error")).toBe(0);
  });

  it("says what the engine says about a program that is not there", async () => {
    const { code, out } = await run(["no-such-program"]);
    expect([126, 127]).toContain(code);
    expect(out).toContain("no-such-program");
  });

  it("gives a terminal with its size, and follows its changes", async () => {
    const size = { columns: 101, rows: 31 };
    const listeners = new Set<() => void>();
    const terminal = {
      current: () => size,
      onChange: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const stdout = collector();
    const script =
      'until [ "$(stty size)" = "31 101" ]; do sleep 0.02; done; echo first; until [ "$(stty size)" = "50 132" ]; do sleep 0.02; done';
    const done = sh(script, { tty: true, stdin: new PassThrough(), stdout, terminal });
    await stdout.saw("first");
    Object.assign(size, { columns: 132, rows: 50 });
    for (const listener of listeners) listener();
    expect(await done).toMatchObject({ code: 0 });
    expect(listeners.size).toBe(0);
  });

  it("sends INT to the command and what it waits for", async () => {
    expect(await signalled(`trap 'exit 7' INT; echo ready; sleep 1000; echo no`, "SIGINT")).toMatchObject({
      code: 7,
    });
  });

  it("sends TERM", async () => {
    expect(await signalled("echo ready; exec sleep 1001", "SIGTERM")).toMatchObject({ code: 143 });
    expect(await running("sleep 1001")).toEqual([]);
  });

  it("sends signals to another user's command", async () => {
    expect(await signalled("echo ready; exec sleep 1002", "SIGTERM", { user: "65534" })).toMatchObject({
      code: 143,
    });
  });

  it("sends signals to a user's command that became root, as sudo's does", async () => {
    await docker(["exec", container, "install", "-m", "4755", "/usr/bin/setpriv", "/usr/local/bin/become"]);
    const script =
      "exec /usr/local/bin/become --reuid 0 --regid 0 --clear-groups sh -c 'echo ready; exec sleep 1003'";
    expect(await signalled(script, "SIGHUP", { user: "65534" })).toMatchObject({ code: 129 });
  });

  it("sends a signal as soon as the command is there", async () => {
    let sent: Promise<void> | undefined;
    const onStarted = (send: (signal: NodeJS.Signals) => Promise<void>) => {
      sent = send("SIGTERM");
    };
    expect(await run(["sleep", "1004"], { onStarted })).toMatchObject({ code: 143 });
    await sent;
  });

  it("does not signal other commands, nor one that has ended", async () => {
    const ready = collector();
    const abort = new AbortController();
    const other = sh("echo ready; exec sleep 1005", { stdout: ready }, abort.signal).catch(() => {});
    await ready.saw("ready");
    let late: ((signal: NodeJS.Signals) => Promise<void>) | undefined;
    await run(["true"], { onStarted: (send) => (late = send) });
    await late?.("SIGKILL");
    expect(await running("sleep 1005")).toHaveLength(1);
    abort.abort();
    await other;
  });

  it("ends the command when cancelled, and leaves no listener", async () => {
    const abort = new AbortController();
    const stdout = collector();
    const done = sh("echo ready; sleep 1006 & wait", { stdout }, abort.signal);
    await stdout.saw("ready");
    abort.abort();
    await expect(done).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(await running("sleep 1006")).toEqual([]);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });

  it("kills what does not end on TERM", async () => {
    const abort = new AbortController();
    const stdout = collector();
    const script = "trap '' TERM; echo ready; while :; do sleep 0.1; done # stubborn";
    const done = sh(script, { stdout }, abort.signal);
    await stdout.saw("ready");
    abort.abort();
    await expect(done).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(await running("stubborn")).toEqual([]);
  });

  it("leaves the daemons of a cancelled command when they are to stay", async () => {
    const abort = new AbortController();
    const stdout = collector();
    const script = "trap '' TERM; setsid sleep 1007 & sleep 0.2; echo ready; sleep 1008; sleep 1008";
    const options = { stdout, daemons: "stay", endWith: "SIGINT" } as const;
    const done = sh(script, options, abort.signal);
    await stdout.saw("ready");
    abort.abort();
    await expect(done).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(await running("sleep 1008")).toEqual([]);
    expect(await running("sleep 1007")).not.toEqual([]);
  });

  it("kills a cancelled command at once when it is told to", async () => {
    const [abort, kill] = [new AbortController(), new AbortController()];
    const stdout = collector();
    const script =
      "trap 'echo interrupted' INT; trap '' TERM; echo ready; while :; do sleep 0.1; done # twice";
    const options = { stdout, endWith: "SIGINT", kill: kill.signal } as const;
    const done = sh(script, options, abort.signal);
    await stdout.saw("ready");
    abort.abort();
    await stdout.saw("interrupted");
    kill.abort();
    await expect(done).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(await running("# twice")).toEqual([]);
    expect(getEventListeners(kill.signal, "abort")).toEqual([]);
  });

  it("starts nothing when cancelled before", async () => {
    await expect(run(["true"], {}, AbortSignal.abort())).rejects.toMatchObject({ code: "SYG-CANCELLED" });
  });

  it("ends the command when nobody reads its output any more", async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error("broken pipe")) });
    stdout.on("error", () => {});
    await expect(run(["yes", "unheard"], { stdout })).rejects.toThrow();
    await expect.poll(() => running("unheard"), { timeout: 10_000 }).toEqual([]);
  });

  it("returns 137 when the container is stopped meanwhile", async () => {
    const victim = await startContainer(baseImage, ["sleep", "infinity"]);
    const stdout = collector();
    const options = { user: "root", workingDirectory: "/", environment: [], tty: false, stdin: undefined };
    const done = engine.exec(victim, {
      ...options,
      argv: ["sh", "-c", "echo ready; sleep 1007"],
      stdout,
      stderr: collector(),
    });
    await stdout.saw("ready");
    await engine.stopContainer(victim, 0);
    expect(await done).toBe(137);
    await expect(
      engine.exec(victim, { ...options, argv: ["true"], stdout, stderr: stdout }),
    ).rejects.toMatchObject({ code: "SYG-NO-CONTAINER", next: expect.stringContaining("sygaldry up") });
  });
});

/** `count` times 1 MiB in which every byte value is as frequent. */
function blocks(count: number): Readable {
  const block = Buffer.from(Uint8Array.from({ length: 1024 * 1024 }, (_, index) => index % 256));
  return Readable.from(Array.from({ length: count }, () => block));
}

interface Collector extends Writable {
  text(): string;
  saw(text: string): Promise<void>;
}

function collector(): Collector {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      stream.emit("taken");
      done();
    },
  });
  return Object.assign(stream, {
    text: () => text,
    saw: async (wanted: string) => {
      while (!text.includes(wanted)) await once(stream, "taken");
    },
  });
}
