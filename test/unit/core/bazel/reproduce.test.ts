import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareActions } from "../../../../extension/core/bazel/reproduce/compare-actions.ts";
import { compareFiles } from "../../../../extension/core/bazel/reproduce/compare-files.ts";
import { readExecutionLog } from "../../../../extension/core/bazel/reproduce/execution-log.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** One object of the log, as Bazel 7.7.1 writes it; its lists are cut. */
const spawn = (label: string, input: string, output: string, args: readonly string[] = ["}{", "}"]) =>
  JSON.stringify(
    {
      ...{ commandArgs: args, environmentVariables: [{ name: "PATH", value: "/bin" }] },
      platform: { properties: [] },
      inputs: [{ path: "in", digest: { hash: input, sizeBytes: "3" }, isTool: false, symlinkTargetPath: "" }],
      listedOutputs: [`${label}.out`],
      ...{ remotable: true, cacheable: true, timeoutMillis: "0", mnemonic: "Genrule" },
      actualOutputs: [{ path: `${label}.out`, digest: { hash: output, sizeBytes: "4" } }],
      ...{ runner: "linux-sandbox", exitCode: 0, targetLabel: label },
    },
    undefined,
    2,
  );

const log = async (name: string, ...spawns: readonly string[]) => {
  const file = path.join(folder, name);
  await writeFile(file, spawns.join(""));
  return readExecutionLog(file);
};

describe("readExecutionLog and compareActions (unit)", () => {
  it("finds the causes, and tells what only follows", async () => {
    const first = await log(
      "first",
      spawn("//:same", "i", "o"),
      spawn("//:cause", "i", "one"),
      spawn("//:follower", "one", "f1"),
      spawn("//:command", "i", "c1", ["date 1"]),
      spawn("//:missing", "i", "m"),
    );
    const second = await log(
      "second",
      spawn("//:follower", "two", "f2"),
      spawn("//:same", "i", "o"),
      spawn("//:cause", "i", "two"),
      spawn("//:command", "i", "c2", ["date 2"]),
    );
    const { actions, different, followers } = compareActions(first, second);
    expect([actions, followers]).toEqual([5, 1]);
    expect(different.map(({ label, what }) => [label, what])).toEqual([
      ...[["//:cause", "outputs"]],
      ...[["//:command", "command"]],
      ["//:missing", "missing"],
    ]);
    expect(different[0]).toMatchObject({
      mnemonic: "Genrule",
      outputs: [{ path: "//:cause.out", first: { digest: "one", size: 4 }, second: { digest: "two" } }],
    });
  });

  it("reads the empty log of a build that ran nothing", async () => {
    expect((await log("empty")).size).toBe(0);
  });

  it.each(["{\n  nothing\n}", '{\n  "inputs": 3\n}', spawn("//:a", "i", "o").slice(0, -30)])(
    "refuses what is no log: %#",
    async (text) => {
      await expect(log("wrong", text)).rejects.toMatchObject({ code: "SYG-BAZEL" });
    },
  );
});

describe("compareFiles (unit)", () => {
  const compare = async (first: string | Uint8Array, second: string | Uint8Array) => {
    const files = [path.join(folder, "a"), path.join(folder, "b")] as const;
    await writeFile(files[0], first);
    await writeFile(files[1], second);
    return compareFiles(...files);
  };

  it("finds the first byte, also beyond the first megabyte and at an end", async () => {
    const [a, b] = [Buffer.alloc(3_000_000), Buffer.alloc(3_000_000)];
    b[2_345_678] = 1;
    expect(await compare(a, b)).toEqual({ offset: 2_345_678, diff: undefined, hint: undefined });
    expect(await compare(a, a.subarray(0, 70_000))).toMatchObject({ offset: 70_000 });
    expect(await compare("same", "same")).toBeUndefined();
    expect(await compare("", "x")).toMatchObject({ offset: 0 });
  });

  it("shows small texts, and says what it may be", async () => {
    const order = await compare("b\na\n", "a\nb\n");
    expect(order).toMatchObject({ hint: "the same lines in another order" });
    expect(order?.diff).toContain("\n-b\n a\n+b\n");
    const hint = async (a: string | Uint8Array, b: string | Uint8Array) => (await compare(a, b))?.hint;
    expect(await hint("at 2026-11-25 03:00:01", "at 2026-11-25 03:00:02")).toBe("a date or time");
    expect(await hint("now 1795577871", "now 1795577872")).toBe("a date or time");
    expect(await hint("/x/first/execroot/_main", "/x/second/execroot/_main")).toBe("a path of the build");
    const zipped = [gzipSync("x"), gzipSync("x")];
    zipped[1]?.writeUInt32LE(7, 4);
    expect(await hint(zipped[0] ?? "", zipped[1] ?? "")).toBe("the time in gzip's header");
    expect(await hint("random 17", "random 42")).toBeUndefined();
  });
});
