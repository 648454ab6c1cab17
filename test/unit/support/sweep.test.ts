import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { inRepository } from "../../support/paths.ts";
import { leftovers } from "../../support/sweep.ts";

const held = (text: string) => ({ remove: ["rm", text], text });

describe("sweep (unit)", () => {
  it("takes what belongs to runs that are over and leaves all else", () => {
    const all = [
      "sygaldry-test-1-aaaaaa-x",
      "sygaldry-test-2-bbbbbb-x",
      "sygaldry-test-base",
      "somebody's",
      "",
    ].map(held);
    expect(leftovers(all, (run) => run === "1-aaaaaa").map(({ text }) => text)).toEqual([
      "sygaldry-test-1-aaaaaa-x",
    ]);
  });

  it("leaves what a living run shares with one that is over", () => {
    const shared = held("sygaldry-test-1-aaaaaa-x dev.sygaldry.test=2-bbbbbb");
    expect(leftovers([shared], (run) => run === "1-aaaaaa")).toEqual([]);
  });

  it("removes the folders of dead runs, as test/run.sh calls it", () => {
    const folders = [
      "sygaldry-test-4194305-aaaaaa-x",
      `sygaldry-test-${process.pid}-aaaaaa-x`,
      "sygaldry-test-mine",
    ];
    const [dead = "", alive = "", foreign = ""] = folders.map((name) => path.join(tmpdir(), name));
    for (const folder of [dead, alive, foreign]) mkdirSync(path.join(folder, "inner"), { recursive: true });
    try {
      const env = { ...process.env, SYGALDRY_TEST_RUN: "1-cccccc", PATH: "" };
      const { status } = spawnSync(process.execPath, [inRepository("test", "support", "sweep.ts")], { env });
      expect(status).toBe(0);
      expect([dead, alive, foreign].map((folder) => existsSync(folder))).toEqual([false, true, true]);
    } finally {
      for (const folder of [dead, alive, foreign]) rmSync(folder, { recursive: true, force: true });
    }
  });
});
