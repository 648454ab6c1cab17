import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { processRunner, runChecked } from "../../../../../extension/core/base/process.ts";
import type { FailedAction } from "../../../../../extension/core/bazel/events/build.ts";
import { followBuild } from "../../../../../extension/core/bazel/events/follow-build.ts";
import { eventFile, places, recorded } from "./fixture.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-events-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("follows a file that comes later and grows by parts of lines and letters (unit)", async () => {
  const file = path.join(folder, "events.jsonl");
  const bytes = await readFile(eventFile("7.7.1/failed"));
  let over = false;
  const seen: FailedAction[] = [];
  let first = () => {};
  const firstFailure = new Promise<void>((resolve) => (first = resolve));
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const following = followBuild(file, {
    ...{ ...places, isOver: () => over, over: ended },
    onFailure: (failure) => {
      seen.push(failure);
      first();
    },
  });
  const middle = bytes.indexOf("//lib:gr") + "//lib:gr".length + 1;
  const later = bytes.lastIndexOf("buildFinished");
  await appendFile(file, bytes.subarray(0, middle));
  await appendFile(file, bytes.subarray(middle, later));
  await firstFailure;
  expect(seen[0]?.said).toBeDefined();
  await appendFile(file, bytes.subarray(later));
  over = true;
  end();
  expect(await following).toEqual(await recorded("7.7.1/failed"));
  expect(seen.map(({ label }) => label)).toHaveLength(5);
});

it("tells of a test as soon as it is over (unit)", async () => {
  const seen: string[] = [];
  await followBuild(eventFile("7.7.1/tests"), {
    ...{ ...places, isOver: () => true },
    onTest: ({ label, status }) => seen.push(`${label} ${status}`),
  });
  expect(seen.at(-1)).toBe("//tests:slow TIMEOUT");
  expect(seen).toHaveLength(5);
});

it("leaves a pipe to its reader, and does not wait for its writer (unit)", async () => {
  const file = path.join(folder, "events.pipe");
  await runChecked(processRunner, { command: "mkfifo", args: [file] });
  const { id, targets } = await followBuild(file, { ...places, isOver: () => true });
  expect([id, targets]).toEqual([undefined, []]);
});
