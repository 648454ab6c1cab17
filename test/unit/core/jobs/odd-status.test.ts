import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { listJobs, readJob } from "../../../../extension/core/jobs/store.ts";

const root = mkdtempSync(path.join(tmpdir(), "sygaldry-odd-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a status that is no file (unit)", () => {
  it.each<[string, (file: string) => void]>([
    ["a folder", (file) => mkdirSync(file)],
    ["a pipe that nobody writes into", (file) => execFileSync("mkfifo", [file])],
    ["a device without an end", (file) => symlinkSync("/dev/zero", file)],
  ])("says nothing when it is %s, and hides no other job", async (name, make) => {
    const folder = path.join(root, name);
    mkdirSync(folder);
    make(path.join(folder, "odd.status"));
    const said = { state: "LOST", reason: "its status file cannot be read, or holds no status" };
    expect((await readJob(folder, "odd"))?.status).toMatchObject(said);
    expect((await listJobs(folder)).map(({ status }) => status.job)).toEqual(["odd"]);
  });

  it("hides no other job when it cannot be read", async () => {
    const folder = path.join(root, "loop");
    mkdirSync(folder);
    symlinkSync("odd.status", path.join(folder, "odd.status"));
    expect((await listJobs(folder)).map(({ status }) => status.state)).toEqual(["LOST"]);
  });
});
