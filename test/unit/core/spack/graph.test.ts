import { describe, expect, it } from "vitest";
import { toDot } from "../../../../extension/core/spack/graph/dot.ts";
import { dependencyGraph } from "../../../../extension/core/spack/graph/graph.ts";
import { toMermaid } from "../../../../extension/core/spack/graph/mermaid.ts";
import { treeLines } from "../../../../extension/core/spack/graph/tree.ts";
import { why } from "../../../../extension/core/spack/graph/why.ts";
import { closure } from "../../../../extension/core/spack/lockfile/closure.ts";
import type { DependencyType, Lockfile } from "../../../../extension/core/spack/lockfile/lockfile.ts";
import { fixtureLock } from "../../../support/spack-fixtures.ts";

const all: readonly DependencyType[] = ["build", "link", "run", "test"];
const { lock } = fixtureLock("demo");
const hashOf = (name: string, of: Lockfile = lock) =>
  [...of.nodes.values()].find((node) => node.name === name)?.hash ?? "";
const roots = lock.roots.map(({ hash }) => hash);

describe("dependencyGraph (unit)", () => {
  it("follows only the types asked for", () => {
    const names = (types: readonly DependencyType[]) =>
      dependencyGraph(lock, { roots: [hashOf("demo-cli")], types }).nodes.map(({ name }) => name);
    expect(names(["link"])).toEqual([
      "demo-base",
      "demo-cli",
      "demo-math",
      "demo-patched",
      "gcc-runtime",
      "glibc",
    ]);
    expect(names(all)).toContain("compiler-wrapper");
    expect(names([])).toEqual(["demo-cli"]);
  });

  it("stops at the depth", () => {
    const graph = dependencyGraph(lock, { roots: [hashOf("demo-cli")], types: ["link"], depth: 1 });
    expect(graph.nodes.map(({ name }) => name)).toEqual(["demo-cli", "demo-math", "gcc-runtime", "glibc"]);
    expect(graph.edges).toHaveLength(6);
  });

  it("marks roots, externals and what only building needs", () => {
    const { nodes, edges } = dependencyGraph(lock, { roots, types: all });
    expect(nodes).toHaveLength(12);
    expect(edges).toHaveLength(22);
    const marks = nodes.map(({ name, root, external, buildOnly }) => [name, root, external, buildOnly]);
    expect(marks).toContainEqual(["demo-cli", true, false, false]);
    expect(marks).toContainEqual(["gcc", false, true, true]);
    expect(marks).toContainEqual(["glibc", false, true, false]);
    expect(marks).toContainEqual(["demo-gen", false, false, true]);
  });

  it("is the same whatever the order of the file", () => {
    const turned: Lockfile = {
      ...lock,
      nodes: new Map([...lock.nodes].reverse()),
      roots: [...lock.roots].reverse(),
    };
    const options = { roots, types: all };
    expect(dependencyGraph(turned, { ...options, roots: [...roots].reverse() })).toEqual(
      dependencyGraph(lock, options),
    );
  });
});

describe("drawings (unit)", () => {
  const graph = dependencyGraph(lock, { roots: [hashOf("demo-math")], types: ["link"] });

  it("writes DOT", () => {
    expect(toDot(graph)).toMatchInlineSnapshot(`
      "digraph spack {
        rankdir=TB;
        node [shape=ellipse, fontname="sans-serif"];
        edge [fontname="sans-serif", fontsize=10];
        "jgi57zyec5746cub5ol7ohn7cusz7fle" [label="demo-base\\n1.3.0\\n/jgi57zy"];
        "62ux2uf3icbwkpvij56w2rrnz7gbojt5" [label="demo-math\\n3.1.4\\n/62ux2uf", style="bold"];
        "lzbdeuwgiyox4k7d52hrasz7oa7d7vxc" [label="demo-patched\\n2.0\\n/lzbdeuw"];
        "uetbtlo5yobcgprdwflxunpfozgfoktw" [label="gcc-runtime\\n12.2.0\\n/uetbtlo"];
        "2dxfl3zus4n6g2gz4iarmmuluwuxaqmn" [label="glibc\\n2.36\\n/2dxfl3z", shape="box"];
        "jgi57zyec5746cub5ol7ohn7cusz7fle" -> "uetbtlo5yobcgprdwflxunpfozgfoktw";
        "jgi57zyec5746cub5ol7ohn7cusz7fle" -> "2dxfl3zus4n6g2gz4iarmmuluwuxaqmn" [label="libc"];
        "62ux2uf3icbwkpvij56w2rrnz7gbojt5" -> "jgi57zyec5746cub5ol7ohn7cusz7fle";
        "62ux2uf3icbwkpvij56w2rrnz7gbojt5" -> "lzbdeuwgiyox4k7d52hrasz7oa7d7vxc" [label="demo-iface"];
        "62ux2uf3icbwkpvij56w2rrnz7gbojt5" -> "uetbtlo5yobcgprdwflxunpfozgfoktw";
        "62ux2uf3icbwkpvij56w2rrnz7gbojt5" -> "2dxfl3zus4n6g2gz4iarmmuluwuxaqmn" [label="libc"];
        "uetbtlo5yobcgprdwflxunpfozgfoktw" -> "2dxfl3zus4n6g2gz4iarmmuluwuxaqmn" [label="libc"];
      }
      "
    `);
  });

  it("writes Mermaid", () => {
    expect(toMermaid(graph)).toMatchInlineSnapshot(`
      "flowchart TD
        n0["demo-base 1.3.0"]
        n1["demo-math 3.1.4"]
        n2["demo-patched 2.0"]
        n3["gcc-runtime 12.2.0"]
        n4{{"glibc 2.36"}}
        n0 --> n3
        n0 -->|"libc"| n4
        n1 --> n0
        n1 -->|"demo-iface"| n2
        n1 --> n3
        n1 -->|"libc"| n4
        n3 -->|"libc"| n4
        classDef root stroke-width:3px
        class n1 root
      "
    `);
  });

  it("escapes what would end a label", () => {
    const named = { name: 'a"];b\\', version: "1#2<" };
    const hostile = { nodes: graph.nodes.slice(0, 1).map((node) => ({ ...node, ...named })), edges: [] };
    expect(toDot(hostile)).toContain('label="a\\"];b\\\\\\n1#2<');
    expect(toMermaid(hostile)).toContain('"a#quot;];b\\ 1#35;2#lt;"');
  });
});

describe("why (unit)", () => {
  it("gives a shortest way from every root", () => {
    const found = why(lock, hashOf("demo-base"), all);
    expect(found.specs).toEqual([]);
    expect(found.dependents.map(({ node }) => node.name)).toEqual(["demo-math"]);
    expect(found.paths.map((path) => path.map(({ node }) => node.name).join(" "))).toEqual([
      "demo-math demo-base",
      "demo-cli demo-math demo-base",
      "py-demo-stats demo-math demo-base",
    ]);
    expect(found.paths[1]?.map(({ by }) => by?.types.join())).toEqual([
      undefined,
      "build,link",
      "build,link",
    ]);
  });

  it("knows the user spec of a root", () => {
    expect(why(lock, hashOf("demo-math"), all).specs).toEqual(["demo-math precision=double"]);
  });

  it("finds no way along edges that do not count", () => {
    const found = why(lock, hashOf("demo-gen"), ["link", "run"]);
    expect([found.paths, found.dependents]).toEqual([[], []]);
    expect(why(lock, hashOf("demo-gen"), ["build"]).dependents).not.toEqual([]);
  });

  it("knows the roots of included environments", () => {
    const { lock: including } = fixtureLock("matrix");
    const [include] = including.includes;
    const own = new Set(including.roots.map(({ hash }) => hash));
    const taken = include?.roots.find(({ hash }) => !own.has(hash));
    expect(why(including, taken?.hash ?? "", all).specs).toEqual([taken?.spec]);
    const only = include?.hashes.find(
      (hash) => closure(including, own).has(hash) === false && hash !== taken?.hash,
    );
    expect(why(including, only ?? "", all).paths).not.toEqual([]);
    const { nodes } = dependencyGraph(including, { roots: [taken?.hash ?? ""], types: all });
    expect(nodes.find(({ hash }) => hash === taken?.hash)).toMatchObject({ root: true });
  });

  it("has a way from each root that needs zlib in the large environment", () => {
    const { lock: large } = fixtureLock("large");
    const found = why(large, hashOf("zlib-ng", large), all);
    for (const path of found.paths) {
      for (const [index, { node }] of path.entries()) {
        const next = path[index + 1];
        if (next !== undefined) expect(node.dependencies.map(({ hash }) => hash)).toContain(next.node.hash);
      }
    }
    expect(found.paths.length).toBeGreaterThan(50);
  });
});

describe("treeLines (unit)", () => {
  it("shows each package's dependencies once", () => {
    const lines = [...treeLines(lock, { roots, types: all })];
    const expanded = lines.filter(({ repeated }) => !repeated).map(({ node }) => node.hash);
    const inner = expanded.filter((hash) => (lock.nodes.get(hash)?.dependencies.length ?? 0) > 0);
    expect(new Set(inner).size).toBe(inner.length);
    expect(new Set(lines.map(({ node }) => node.hash)).size).toBe(12);
  });

  it("expands below what the depth had cut", () => {
    const names = [...treeLines(lock, { roots: [hashOf("demo-cli")], types: ["link"], depth: 1 })].map(
      ({ node, repeated }) => `${node.name}${repeated ? "*" : ""}`,
    );
    expect(names).toEqual(["demo-cli", "demo-math", "gcc-runtime", "glibc"]);
  });
});
