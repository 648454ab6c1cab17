import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { thisProcess } from "../../../../extension/core/base/lock-holder.ts";
import { statusWriter } from "../../../../extension/core/jobs/status/write-status.ts";
import { type Job, readJob } from "../../../../extension/core/jobs/store.ts";
import { reconcile } from "../../../../extension/core/jobs/supervisor/reconcile.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-killed-writer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a supervisor that was killed leaves no file behind once its job is told as lost (unit)", async () => {
  const self = await thisProcess("test");
  const { host, bootId, machine, pidNamespace } = self;
  // More than Linux gives to any process.
  const pid = 2 ** 22 + 1;
  const supervisor = { pid, host, bootId, machine, pidNamespace, startTime: "1" };
  const ts = new Date().toISOString();
  // Not disposed of, as when it is killed.
  statusWriter(folder, "a").write({ state: "PROGRESS", job: "a", ts, supervisor, handle: {} }, false);
  const spare = readdirSync(folder).find((name) => name.endsWith(".spare")) ?? "";
  renameSync(path.join(folder, spare), path.join(folder, spare.replace(String(process.pid), String(pid))));
  await reconcile(folder, (await readJob(folder, "a", self)) as Job, self);
  expect((await readJob(folder, "a", self))?.status.state).toBe("LOST");
  expect(readdirSync(folder)).toEqual(["a.status"]);
});
