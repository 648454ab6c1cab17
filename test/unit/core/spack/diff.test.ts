import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ChangedNode, diffLocks } from "../../../../extension/core/spack/diff/diff-locks.ts";
import { parseLockfile } from "../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { fixtureLock, spackFixture } from "../../../support/spack-fixtures.ts";

const short = ({ after, changes, because }: ChangedNode) => ({
  name: after.name,
  changes: changes.map(({ what, name, before, after: now }) =>
    [what, name, before, now].filter(Boolean).join(" "),
  ),
  because: because.map(({ name }) => name),
});

describe("diffLocks (unit)", () => {
  const before = fixtureLock("diff/before").lock;
  const after = fixtureLock("diff/after").lock;

  it("says what changed and what is rebuilt because of it", () => {
    const diff = diffLocks(before, after);
    expect(diff.roots).toEqual({
      added: ["demo-base@1.2", "demo-math precision=single"],
      removed: ["demo-math precision=double", "py-demo-stats"],
    });
    expect(diff.removed.map(({ name }) => name)).toEqual(["py-demo-stats", "python", "python-venv"]);
    expect(diff.added).toEqual([]);
    expect(diff.changed.map(short)).toEqual([
      { name: "demo-base", changes: ["version 1.3.0 1.2.0"], because: [] },
      {
        name: "demo-math",
        changes: ["variant precision precision=double precision=single"],
        because: ["demo-base"],
      },
    ]);
    expect(diff.rebuilt.map(short)).toEqual([{ name: "demo-cli", changes: [], because: ["demo-math"] }]);
    expect(diff.unchanged).toBe(6);
  });

  it("is the mirror of itself the other way round", () => {
    const diff = diffLocks(after, before);
    expect(diff.added.map(({ name }) => name)).toEqual(["py-demo-stats", "python", "python-venv"]);
    expect(diff.changed.map(({ after: node }) => node.name)).toEqual(["demo-base", "demo-math"]);
  });

  it("finds nothing between a lock and itself", () => {
    const { lock } = fixtureLock("large");
    const diff = diffLocks(lock, lock);
    expect(diff).toEqual({
      roots: { added: [], removed: [] },
      added: [],
      removed: [],
      changed: [],
      rebuilt: [],
      unchanged: 456,
    });
  });

  it("accounts for every node of two large locks, and gives each rebuild a cause", () => {
    const medium = fixtureLock("medium").lock;
    const large = fixtureLock("large").lock;
    const diff = diffLocks(medium, large);
    const paired = diff.changed.length + diff.rebuilt.length;
    expect(diff.unchanged + diff.removed.length + paired).toBe(medium.nodes.size);
    expect(diff.unchanged + diff.added.length + paired).toBe(large.nodes.size);
    for (const { because } of diff.rebuilt) expect(because.length).toBeGreaterThan(0);
  });

  it("pairs the more alike of two packages with one name", () => {
    const { lock } = fixtureLock("large");
    const cythons = [...lock.nodes.values()].filter(({ name }) => name === "py-cython");
    expect(cythons).toHaveLength(2);
    const text = readFileSync(spackFixture("large/spack.lock"), "utf8");
    const moved = cythons.reduce((moving, { hash }) => moving.replaceAll(hash, `${hash.slice(1)}2`), text);
    const diff = diffLocks(lock, parseLockfile(moved, "spack.lock").lock);
    expect(new Set(diff.rebuilt.map(({ before, after }) => `${before.version} ${after.version}`))).toEqual(
      new Set(cythons.map(({ version }) => `${version} ${version}`)),
    );
  });
});
