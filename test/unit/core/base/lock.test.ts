import { type ChildProcess, spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LockHolder, withLock } from "../../../../extension/core/base/lock.ts";
import { thisProcess } from "../../../../extension/core/base/lock-holder.ts";
import { formatHolder } from "../../../../extension/core/base/lock-record.ts";
import { type Log, silentLog } from "../../../../extension/core/base/log.ts";
import { inRepository } from "../../../support/paths.ts";

let folder: string;
let lock: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-lock-"));
  lock = path.join(folder, "some.lock");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** Runs `body` (which may use withLock, options, lock, fs and say) in a process of its own. */
function inProcess(body: string): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const script = `
    const { withLock } = await import(${JSON.stringify(inRepository("extension/core/base/lock.ts"))});
    const fs = await import("node:fs/promises");
    const lock = ${JSON.stringify(lock)};
    const folder = ${JSON.stringify(folder)};
    const say = (text) => process.stdout.write(text + "\\n");
    const log = { debug() {}, info: say, warn: say };
    const options = { what: "child", log };
    ${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

const forever = `await withLock(lock, options, () => { say("held"); return new Promise(() => setInterval(() => {}, 1000)); });`;

interface Told {
  readonly lines: string[];
  readonly log: Log;
}

function remember(): Told {
  const lines: string[] = [];
  return {
    lines,
    log: { debug() {}, info: (line) => lines.push(line), warn: (line) => lines.push(`! ${line}`) },
  };
}

/** Puts a lock there as if this holder had left it, and gives its record's path. */
async function leftBy(change: Partial<LockHolder>, text?: string): Promise<string> {
  await mkdir(lock);
  const record = path.join(lock, "left.holder.json");
  await writeFile(record, text ?? formatHolder({ ...(await thisProcess("sygaldry up")), ...change }));
  return record;
}

const take = (options: Partial<Parameters<typeof withLock>[1]> = {}) =>
  withLock(lock, { what: "test", log: silentLog, ...options }, async () => "done");

describe("withLock (unit)", () => {
  test("gives the action's result or failure, and leaves nothing", async () => {
    expect(await take()).toBe("done");
    await expect(
      withLock(lock, { what: "test", log: silentLog }, () => Promise.reject(new Error("no"))),
    ).rejects.toThrow("no");
    expect(await readdir(folder)).toEqual([]);
  });

  test("makes missing folders, and tells while held who holds it", async () => {
    lock = path.join(folder, "new", "deep.lock");
    const record = await withLock(lock, { what: "sygaldry up", log: silentLog }, async () => {
      const [name] = await readdir(lock);
      return readFile(path.join(lock, String(name)), "utf8");
    });
    expect(JSON.parse(record)).toMatchObject({
      pid: process.pid,
      what: "sygaldry up",
      host: expect.any(String),
    });
  });

  test("within one process, one call at a time", async () => {
    let inside = 0;
    let most = 0;
    const calls = Array.from({ length: 5 }, () =>
      withLock(lock, { what: "test", log: silentLog }, async () => {
        most = Math.max(most, ++inside);
        await readdir(folder);
        inside--;
      }),
    );
    await Promise.all(calls);
    expect(most).toBe(1);
  });

  test("ten processes at once count a file up without losing one", { timeout: 60_000 }, async () => {
    const counter = path.join(folder, "counter");
    await writeFile(counter, "0");
    const counting = Array.from({ length: 10 }, () =>
      inProcess(`
        for (let i = 0; i < 5; i++) await withLock(lock, options, async () => {
          const count = Number(await fs.readFile(folder + "/counter", "utf8"));
          await fs.writeFile(folder + "/counter", String(count + 1));
        });`),
    );
    for (const child of counting) child.stdout.resume();
    const codes = await Promise.all(counting.map(async (child) => (await once(child, "exit"))[0]));
    expect(codes).toEqual(Array(10).fill(0));
    expect(await readFile(counter, "utf8")).toBe("50");
    expect(await readdir(folder)).toEqual(["counter"]);
  });

  test("a waiter tells once who holds it, and goes on when it is free", async () => {
    const child = inProcess(`await withLock(lock, { ...options, what: "sygaldry build" }, async () => {
      say("held");
      await new Promise((resolve) => process.stdin.once("data", resolve));
    }); process.exit(0);`);
    await once(child.stdout, "data");
    const { lines, log } = remember();
    const holders: (LockHolder | undefined)[] = [];
    const waiting = take({
      log,
      waitMessage: "another command is at work:",
      onWait: (holder) => {
        holders.push(holder);
        child.stdin?.write("go\n");
      },
    });
    expect(await waiting).toBe("done");
    expect(lines).toEqual([
      expect.stringMatching(
        /^another command is at work: sygaldry build \(process \d+ on \S+, since \S+Z\)$/,
      ),
    ]);
    expect(holders).toEqual([expect.objectContaining({ pid: child.pid })]);
  });

  test("a holder killed while others wait is taken over by one of them after the other", {
    timeout: 60_000,
  }, async () => {
    const holder = inProcess(forever);
    await once(holder.stdout, "data");
    const waiters = Array.from({ length: 4 }, () =>
      inProcess(`await withLock(lock, options, async () => {
        await fs.writeFile(folder + "/inside", "", { flag: "wx" });
        await new Promise((resolve) => setTimeout(resolve, 20));
        await fs.rm(folder + "/inside");
      });`),
    );
    const ends = waiters.map((child) => once(child, "exit"));
    await Promise.all(waiters.map((child) => once(child.stdout, "data")));
    holder.kill("SIGKILL");
    expect((await Promise.all(ends)).map(([code]) => code)).toEqual([0, 0, 0, 0]);
    expect(await readdir(folder)).toEqual([]);
  });

  test("waiting ends on the signal, and leaves the lock and no listener", async () => {
    const record = await leftBy({});
    const abort = new AbortController();
    const waiting = take({ signal: abort.signal, onWait: () => abort.abort() });
    await expect(waiting).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(await readFile(record, "utf8")).toContain("sygaldry up");
    expect(await readdir(folder)).toEqual(["some.lock"]);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    await expect(take({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "SYG-CANCELLED" });
  });
});

describe("withLock, left by a process that has ended (unit)", () => {
  test.each<[string, Partial<LockHolder>]>([
    ["its id is free", { pid: 2 ** 22 - 1 }],
    ["its id was given out again", { startTime: "1" }],
    ["the machine was started again", { bootId: "another-boot", pidNamespace: "pid:[1]" }],
  ])("is taken over when %s", async (_, change) => {
    await leftBy(change);
    expect(await take()).toBe("done");
    expect(await readdir(folder)).toEqual([]);
  });

  test("by many at once, who still work one after the other", async () => {
    await leftBy({ startTime: "1" });
    let inside = 0;
    const calls = Array.from({ length: 20 }, () =>
      withLock(lock, { what: "test", log: silentLog }, async () => {
        expect(++inside).toBe(1);
        await readdir(folder);
        inside--;
      }),
    );
    await Promise.all(calls);
  });

  test("whose record a crash of the machine emptied", async () => {
    const record = await leftBy({}, "");
    await utimes(record, 1, 1);
    expect(await take()).toBe("done");
  });

  test("before it held the lock: what it left beside is removed", async () => {
    const dead = path.join(folder, "some.lock.123-0123456789ab");
    const other = path.join(folder, "some.lock.456-0123456789ab");
    const old = path.join(folder, "some.lock.789-0123456789ab");
    for (const left of [dead, other, old]) await mkdir(left);
    const record = { ...(await thisProcess("up")), startTime: "1" };
    await writeFile(path.join(dead, "x.holder.json"), formatHolder(record));
    await writeFile(path.join(other, "x.holder.json"), formatHolder({ ...record, host: "elsewhere" }));
    await utimes(old, 1, 1);
    await take();
    expect(await readdir(folder)).toEqual([path.basename(other)]);
  });

  test("an empty lock is free", async () => {
    await mkdir(lock);
    expect(await take()).toBe("done");
  });
});

describe("withLock, held where this process cannot look (unit)", () => {
  test.each<[string, Partial<LockHolder>, string | undefined]>([
    ["on another machine", { host: "elsewhere", pid: 2 ** 22 - 1 }, undefined],
    ["on another machine of the same name", { machine: "another", bootId: "another" }, undefined],
    ["in another container", { pidNamespace: "pid:[1]", pid: 2 ** 22 - 1 }, undefined],
    ["by a record that is none", {}, "{"],
  ])("%s: is never taken over, and tells how to clear it", async (_, change, text) => {
    const record = await leftBy(change, text);
    const abort = new AbortController();
    const { lines, log } = remember();
    const waiting = take({
      signal: abort.signal,
      log,
      poll: 1,
      onWait: () => setImmediate(() => abort.abort()),
    });
    await expect(waiting).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^! waiting for .*if it does not, remove ${lock}$`)),
    ]);
    expect(await readFile(record, "utf8")).not.toBe("");
  });

  test("goes on once somebody cleared it", async () => {
    await leftBy({ host: "elsewhere" });
    const waiting = take({ poll: 2 ** 30, onWait: () => void rm(lock, { recursive: true }) });
    expect(await waiting).toBe("done");
  });
});

describe("withLock, where no lock can be made (unit)", () => {
  test("below a file, and in place of one", async () => {
    await writeFile(lock, "");
    await expect(take()).rejects.toMatchObject({ code: "SYG-FILE", next: expect.stringContaining(folder) });
    lock = path.join(lock, "below");
    await expect(take()).rejects.toMatchObject({ code: "SYG-FILE" });
  });
});
