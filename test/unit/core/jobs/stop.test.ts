import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunHandle, Runner, RunnerKind } from "../../../../extension/core/jobs/runner.ts";
import { formatStatus, type JobStatus } from "../../../../extension/core/jobs/status/status.ts";
import { stopJob } from "../../../../extension/core/jobs/stop.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sygaldry-stop-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function putLost(on: RunnerKind | undefined, handle: RunHandle) {
  const ts = "2026-01-01T00:00:00Z";
  const status: JobStatus = { state: "LOST", job: "a", ts, run: "20260101-000000", on, handle };
  writeFileSync(path.join(folder, "a.status"), formatStatus(status));
}

/** Stops job a with a runner that only notes what it ends; gives those handles. */
async function stopWithSlurm(): Promise<readonly RunHandle[]> {
  const ended: RunHandle[] = [];
  const slurm: Runner = {
    kind: "slurm",
    start: () => Promise.reject(new Error("not asked for")),
    look: () => Promise.resolve(undefined),
    end: (handle) => {
      ended.push(handle);
      return Promise.resolve();
    },
  };
  await stopJob(folder, "a", {
    by: "test",
    runnerOf: () => slurm,
    grace: 0,
    patience: 0,
  });
  return ended;
}

describe("stopping a lost run (unit)", () => {
  it("has the runner that it ran on end what it left", async () => {
    putLost("slurm", { slurm: "42", mark: "m" });
    expect(await stopWithSlurm()).toEqual([{ slurm: "42", mark: "m" }]);
  });

  it("says when its status does not tell where it ran", async () => {
    putLost(undefined, { container: "c", mark: "m" });
    await expect(stopWithSlurm()).rejects.toMatchObject({
      code: "SYG-JOB",
      next: expect.stringContaining("container c"),
    });
  });

  it("leaves a run without a mark alone", async () => {
    putLost("process", { pid: "1" });
    expect(await stopWithSlurm()).toEqual([]);
  });
});
