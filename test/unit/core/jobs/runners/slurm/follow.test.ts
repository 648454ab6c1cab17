import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer, text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { follow } from "../../../../../../extension/core/jobs/runners/slurm/follow.ts";

describe("follow", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sygaldry-test-follow-"));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it("gives what is there, what comes, and the rest after the end", async () => {
    const file = path.join(folder, "a");
    let over = false;
    const stream = follow([{ file, prefix: "" }], () => over);
    const all = buffer(stream);
    await writeFile(file, Buffer.from([0xff, 0, 10]));
    await appendFile(file, "x".repeat(300_000));
    over = true;
    expect(await all).toEqual(Buffer.concat([Buffer.from([0xff, 0, 10]), Buffer.from("x".repeat(300_000))]));
  });

  it("ends when there never was a file", async () => {
    expect(await text(follow([{ file: path.join(folder, "none"), prefix: "" }], () => true))).toBe("");
  });

  it("puts a prefix before each line of several files, also of a last line without an end", async () => {
    await writeFile(path.join(folder, "1"), "a\nb\n\n");
    await writeFile(path.join(folder, "2"), "c\nd");
    const files = ["1", "2", "3"].map((name) => ({ file: path.join(folder, name), prefix: `[${name}] ` }));
    expect(await text(follow(files, () => true))).toBe("[1] a\n[1] b\n[1] \n[2] c\n[2] d\n");
  });

  it("cuts a line that does not end", async () => {
    await writeFile(path.join(folder, "1"), "y".repeat(3_000_000));
    const lines = (await text(follow([{ file: path.join(folder, "1"), prefix: "> " }], () => true))).split(
      "\n",
    );
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.map((line) => line.replace("> ", "")).join("")).toBe("y".repeat(3_000_000));
  });
});
