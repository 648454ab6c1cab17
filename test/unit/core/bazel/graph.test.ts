import { describe, expect, it } from "vitest";
import { walkTree } from "../../../../extension/core/base/tree.ts";
import { drawDot, drawMermaid } from "../../../../extension/core/bazel/graph/draw.ts";
import {
  dependenciesIn,
  dependentsIn,
  type GraphRule,
  makeGraph,
  nodeOf,
} from "../../../../extension/core/bazel/graph/graph.ts";
import { parseGraphRule } from "../../../../extension/core/bazel/graph/parse-graph-rule.ts";
import { labelsBetween, shortestPath } from "../../../../extension/core/bazel/graph/paths.ts";
import { reach, selectLabels, topsOf } from "../../../../extension/core/bazel/graph/select.ts";
import { parsePattern } from "../../../../extension/core/bazel/workspace/pattern.ts";

const rule = (label: string, inputs: readonly string[], outputs: readonly string[] = []): GraphRule => ({
  ...{ label, kind: "filegroup", inputs, outputs, digest: undefined, manual: false },
});

const graph = makeGraph([
  rule("//:top", ["//a:left", "//a:right"]),
  rule("//a:left", ["//a:made.txt", "@@x//:x"]),
  rule("//a:right", ["//a:gen", "//a:file.txt"]),
  rule("//a:gen", ["//a:file.txt", "//a:made.txt"], ["//a:made.txt"]),
  rule("//c:p", ["//c:q"]),
  rule("//c:q", ["//c:p"]),
]);
const below = dependenciesIn(graph);

describe("the graph of Bazel's targets (unit)", () => {
  it("has a made file's rule for the file, and no rule below itself for that", () => {
    expect(below("//a:left")).toEqual(["//a:gen", "@@x//:x"]);
    expect(below("//a:gen")).toEqual(["//a:file.txt"]);
    expect(dependentsIn(graph)("//a:file.txt")).toEqual(["//a:gen", "//a:right"]);
    expect(["//a:gen", "//a:file.txt", "@@x//:x"].map((label) => nodeOf(graph, label).kind)).toEqual([
      ...["filegroup", "file", "external"],
    ]);
  });

  it("takes patterns, and the names of files", () => {
    const select = (text: string) => selectLabels(graph, parsePattern(text, ""));
    expect(select("//a:all")).toEqual(["//a:gen", "//a:left", "//a:right"]);
    expect(select("//a:file.txt")).toEqual(["//a:file.txt"]);
    expect(select("//a:made.txt")).toEqual(["//a:gen"]);
    expect(select("//a:none")).toEqual([]);
  });

  it("begins where nothing leads to, and in a cycle with the first", () => {
    expect(topsOf([...graph.rules.keys()], below)).toEqual(["//:top", "//c:p"]);
    expect(topsOf(["//a:left", "//a:gen"], below)).toEqual(["//a:left"]);
    expect(reach(["//:top"], below, 1)).toEqual(["//:top", "//a:left", "//a:right"]);
  });

  it("walks a cycle once, and what is below twice once", () => {
    const walk = (root: string) =>
      [
        ...walkTree({
          roots: [root],
          key: (label: string) => label,
          below: (label) => below(label).map((node) => ({ node, edge: undefined })),
        }),
      ].map(({ node, more, cycle, repeated }) => [node, more.length, cycle, repeated]);
    expect(walk("//c:p")).toEqual([
      ...[
        ["//c:p", 0, false, false],
        ["//c:q", 1, false, false],
      ],
      ["//c:p", 2, true, true],
    ]);
    expect(walk("//:top").filter(([, , , repeated]) => repeated)).toEqual([["//a:gen", 2, false, true]]);
  });

  it("finds a shortest way, all that is between, and none", () => {
    expect(shortestPath(["//:top"], ["//a:file.txt"], below)).toEqual([
      ...["//:top", "//a:right", "//a:file.txt"],
    ]);
    expect(shortestPath(["//a:gen"], ["//:top"], below)).toBeUndefined();
    expect([...labelsBetween(["//:top"], ["//a:gen"], below)].sort()).toEqual([
      ...["//:top", "//a:gen", "//a:left", "//a:right"],
    ]);
    expect(labelsBetween(["//c:p"], ["//:top"], below).size).toBe(0);
  });

  it("draws labels that need quotes", () => {
    const drawing = {
      nodes: [
        { label: '//:a"b', kind: "file" },
        { label: "@@x//:x", kind: "external" },
      ],
      edges: [{ from: '//:a"b', to: "@@x//:x" }],
      roots: ['//:a"b'],
    };
    expect(drawDot(drawing)).toContain('"//:a\\"b" -> "@@x//:x";');
    expect(drawMermaid(drawing).split("\n")).toEqual([
      ...["flowchart TD", '  n0>"//:a#quot;b file"]', '  n1{{"@@x//:x external"}}', "  n0 --> n1"],
      ...["  classDef root stroke-width:3px", "  class n0 root"],
    ]);
  });

  it("reads rules as Bazel 7.7.1 writes them, and nothing else", () => {
    const line = {
      type: "RULE",
      rule: {
        ...{ name: "//lib:gr\u00c3\u00b6\u00c3\u009fe", ruleClass: "cc_test", location: "/w/lib/BUILD:1:1" },
        attribute: [
          { name: "tags", type: "STRING_LIST", stringListValue: ["manual"] },
          { name: "$internal_attr_hash", type: "STRING", stringValue: "Ba8=" },
          { name: "$rule_implementation_hash", type: "STRING", stringValue: "85e5" },
        ],
        ruleInput: ["@bazel_tools//tools/cpp:toolchain", "//lib/a", "//lib/a:a"],
      },
    };
    expect(parseGraphRule(JSON.stringify(line))).toEqual({
      ...{ label: "//lib:größe", kind: "cc_test", manual: true, digest: "Ba8= 85e5", outputs: [] },
      inputs: ["//lib/a:a", "@@bazel_tools//tools/cpp:toolchain"],
    });
    expect(parseGraphRule('{"type":"SOURCE_FILE","sourceFile":{"name":"//:x"}}')).toBeUndefined();
    expect(parseGraphRule('{"type":"RULE","rule":{')).toBeUndefined();
  });
});
