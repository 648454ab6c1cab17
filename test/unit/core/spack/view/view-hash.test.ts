import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseLockfile } from "../../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { compareNodes } from "../../../../../extension/core/spack/view/spec-order.ts";
import { compareVersions } from "../../../../../extension/core/spack/view/version-order.ts";
import { viewHash } from "../../../../../extension/core/spack/view/view-hash.ts";
import { type ViewQuestions, viewSpecs } from "../../../../../extension/core/spack/view/view-specs.ts";
import { fixtureLock, spackFixture } from "../../../../support/spack-fixtures.ts";
import { viewsAskedFor } from "../../../../support/spack-views.ts";
import { host } from "../manifest/host.ts";

const everything: ViewQuestions = { isInstalled: () => true, satisfies: () => true };

interface Case {
  readonly lock: string;
  readonly view: Readonly<Record<string, unknown>>;
  readonly packages: number;
  readonly hash: string;
}

const cases: readonly Case[] = JSON.parse(readFileSync(spackFixture("view-hashes", "cases.json"), "utf8"));

function lockOf(name: string) {
  if (name !== "several") return fixtureLock(name).lock;
  const file = spackFixture("view-hashes", "several.lock");
  return parseLockfile(readFileSync(file, "utf8"), file).lock;
}

function viewOf(value: unknown) {
  const [view] = viewsAskedFor({ x: value }, "/opt/env", host);
  if (view === undefined) throw new Error("no view");
  return view;
}

describe("viewHash (unit)", () => {
  test.each(cases)(
    "is Spack's for $lock as $view.root, linking $view.link",
    ({ lock: name, view, packages, hash }) => {
      const lock = lockOf(name);
      const descriptor = viewOf(view);
      // Spack's own hashes were made of all packages: what select and exclude leave is tested below.
      const nodes = viewSpecs({ ...descriptor, select: [], exclude: [] }, lock, everything);
      expect(nodes).toHaveLength(packages);
      const prefixOf = (of: string) => {
        const node = lock.nodes.get(of);
        return node?.external?.path ?? `/opt/störe/${node?.name}-${node?.version}-${of}`;
      };
      expect(viewHash(descriptor, nodes, lock, prefixOf)).toBe(hash);
      expect(viewHash(descriptor, [...nodes].reverse(), lock, prefixOf)).toBe(hash);
      expect(viewHash({ ...descriptor, root: "/elsewhere" }, nodes, lock, prefixOf)).not.toBe(hash);
    },
  );

  test("is the name that the demo store's view has", () => {
    const { lock } = fixtureLock("demo");
    const installs = JSON.parse(readFileSync(spackFixture("demo", "index.json"), "utf8")).database.installs;
    const nodes = viewSpecs(viewOf("/opt/spack_store/view"), lock, everything);
    expect(viewHash(viewOf("/opt/spack_store/view"), nodes, lock, (hash) => installs[hash].path)).toBe(
      "5hcgiz77szqp6xbybw5nje5u6uldnrfq",
    );
  });
});

describe("viewSpecs (unit)", () => {
  const { lock } = fixtureLock("demo");
  const names = (value: unknown, questions = everything) =>
    viewSpecs(viewOf(value), lock, questions)
      .map(({ name }) => name)
      .sort();

  test("takes what is linked and run, only what is run, or the roots", () => {
    expect(names({ root: "/v", link: "roots" })).toEqual(["demo-cli", "demo-math", "py-demo-stats"]);
    expect(names({ root: "/v", link: "run" })).toEqual([
      "demo-cli",
      "demo-math",
      "py-demo-stats",
      "python",
      "python-venv",
    ]);
    expect(names("/v")).toHaveLength(9);
    expect(names("/v")).not.toContain("demo-gen");
  });

  test("takes what is installed, selected and not excluded", () => {
    const byName = {
      isInstalled: () => true,
      satisfies: (node: { name: string }, spec: string) => node.name === spec,
    };
    expect(names({ root: "/v", select: ["demo-base", "demo-cli"] }, byName)).toEqual([
      "demo-base",
      "demo-cli",
    ]);
    expect(names({ root: "/v", link: "roots", exclude: ["demo-cli"] }, byName)).toEqual([
      "demo-math",
      "py-demo-stats",
    ]);
    expect(names({ root: "/v", select: ["demo-cli"], exclude: ["demo-cli"] }, byName)).toEqual([]);
    const math = [...lock.nodes.values()].find(({ name }) => name === "demo-math")?.hash;
    expect(names("/v", { ...byName, isInstalled: (hash) => hash === math })).toEqual(["demo-math"]);
  });
});

describe("views of a manifest (unit)", () => {
  test.each([
    [false, []],
    [true, [["default", "/opt/env/.spack-env/view", "/opt/env/.spack-env/view"]]],
    [undefined, [["default", "/opt/env/.spack-env/view", "/opt/env/.spack-env/view"]]],
    ["../view", [["default", "../view", "/opt/view"]]],
    [
      { a: "/x", b: { root: "y/" } },
      [
        ["a", "/x", "/x"],
        ["b", "y/", "/opt/env/y"],
      ],
    ],
  ])("reads %j", (value, expected) => {
    expect(viewsAskedFor(value, "/opt/env", host).map(({ name, root, path }) => [name, root, path])).toEqual(
      expected,
    );
  });

  test("puts variables in for the path, and keeps them in the root", () => {
    expect(viewsAskedFor("/opt/$user", "/opt/env", { ...host, user: "kvothe" })).toMatchObject([
      { root: "/opt/$user", path: "/opt/kvothe", link: "all", linkType: "symlink", projections: {} },
    ]);
  });
});

describe("compareVersions (unit)", () => {
  test("orders as Spack 1.1 does", () => {
    const ordered: readonly string[] = JSON.parse(
      readFileSync(spackFixture("view-hashes", "versions.json"), "utf8"),
    );
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
    expect(ordered.length).toBeGreaterThan(30);
    expect(["git.abc=1.2", "1.3", "1.2", "git.aaa=1.2"].sort(compareVersions)).toEqual([
      "1.2",
      "git.aaa=1.2",
      "git.abc=1.2",
      "1.3",
    ]);
  });
});

describe("compareNodes (unit)", () => {
  test("is an order: the same both ways round, and equal only to itself", () => {
    const lock = lockOf("several");
    const nodes = [...lock.nodes.values()];
    for (const a of nodes) {
      for (const b of nodes) {
        expect(Math.sign(compareNodes(a, b, lock))).toBe(-Math.sign(compareNodes(b, a, lock)) + 0);
        expect(compareNodes(a, b, lock) === 0).toBe(a === b);
      }
    }
  });
});
