import { getEventListeners } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FileChanges, watchFile } from "../../../../extension/core/base/file-changes.ts";

const never = 2 ** 30;
let folder: string;
let changes: FileChanges | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-changes-"));
});
afterEach(async () => {
  changes?.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe("watchFile (unit)", () => {
  test("wakes when the file comes, also when it came before anybody waited", async () => {
    changes = watchFile(path.join(folder, "file"), never);
    const waiting = changes.next();
    await writeFile(path.join(folder, "file"), "");
    await waiting;
    await rm(path.join(folder, "file"));
    await changes.next();
  });

  test("relies on the poll where a folder cannot be watched", async () => {
    changes = watchFile(path.join(folder, "none", "file"), 10);
    await changes.next();
    await changes.next();
  });

  test("ends on the signal and leaves no listener", async () => {
    const abort = new AbortController();
    changes = watchFile(path.join(folder, "file"), never);
    const waiting = changes.next(abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    await expect(changes.next(abort.signal)).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });
});
