import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readBuildFile } from "../../../../extension/core/bazel/build-file/read-build-file.ts";
import type { QueriedRule } from "../../../../extension/core/bazel/query/answer.ts";
import {
  type QueryPlace,
  queryCommand,
  shutdownCommand,
} from "../../../../extension/core/bazel/query/command.ts";
import { mergeAnswer } from "../../../../extension/core/bazel/query/merge.ts";
import { queryOutputBase } from "../../../../extension/core/bazel/query/output-base.ts";
import { parseProblems } from "../../../../extension/core/bazel/query/parse-problems.ts";
import { parseRule } from "../../../../extension/core/bazel/query/parse-rules.ts";
import { parsePattern } from "../../../../extension/core/bazel/workspace/pattern.ts";
import { parseBazelVersion, requireSupported } from "../../../../extension/core/bazel/workspace/version.ts";
import { type BazelPackage, targetLabel } from "../../../../extension/core/bazel/workspace/workspace.ts";
import { inRepository } from "../../../support/paths.ts";

/** What Bazel 7.7.1 wrote about one workspace with files of every sort; its folder is called /workspace here. */
const sample = (name: string) => readFileSync(inRepository("test/fixtures/bazel/query", name), "utf8");
const local = (file: string) => file.replace(/^\/workspace\//, "");
const rulesOf = (name: string, output: "streamed_jsonproto" | "label_kind") =>
  sample(name)
    .split("\n")
    .flatMap((line) => parseRule(line, output) ?? []);
const labels = (rules: readonly QueriedRule[]) =>
  rules.map((rule) => `${rule.kind} ${rule.package}:${rule.name}`);

describe("the output of bazel query (unit)", () => {
  it("is read alike from both forms", () => {
    const rules = rulesOf("partial.jsonl", "streamed_jsonproto");
    expect(labels(rules)).toEqual([
      ...["filegroup //cyc:a", "filegroup //cyc:b", "filegroup //fails:before", "cc_library //lib:a"],
      ...["genrule //lib:gen_0", "genrule //lib:gen_1", "genrule //lib:gen_2"],
      ...["filegroup //lib:tw_1", "filegroup //lib:tw_2"],
      ...[
        "alias //:al",
        "config_setting //:cfg",
        "test_suite //:suite",
        "cc_library //:top",
        "filegroup //:unié",
      ],
    ]);
    expect(rules.at(0)?.at).toEqual({ file: "/workspace/cyc/BUILD", line: 1, column: 10 });
    expect(labels(rulesOf("partial.label_kind", "label_kind"))).toEqual(labels(rules));
  });

  it.each([
    ["that is no UTF-8 inside", "uni\u00e9", "uni\u00e9"],
    ["beyond Latin-1", "\u65e5\u672c", "\u65e5\u672c"],
    ["of bytes", "\u00e6\u0097\u00a5", "\u65e5"],
  ])("has names %s", (_, written, name) => {
    const line = JSON.stringify({ type: "RULE", rule: { name: `//a:${written}`, ruleClass: "filegroup" } });
    expect(parseRule(line, "streamed_jsonproto")?.name).toBe(name);
  });

  it("has the labels of other repositories", () => {
    const rules = rulesOf("external.jsonl", "streamed_jsonproto");
    expect(rules.length).toBeGreaterThan(5);
    expect(new Set(rules.map((rule) => rule.package))).toEqual(new Set(["@bazel_tools//tools/cpp"]));
  });

  it.each([
    "",
    "{",
    "[]",
    '{"type":"SOURCE_FILE","sourceFile":{"name":"//:x"}}',
    "source file //:x",
    "package group //:g",
  ])("has lines that are no rules: %s", (line) => {
    expect(parseRule(line, "streamed_jsonproto")).toBeUndefined();
    expect(parseRule(line, "label_kind")).toBeUndefined();
  });
});

describe("the errors of bazel query (unit)", () => {
  it("are told once, with their places", () => {
    const { problems, damaged } = parseProblems(sample("partial.stderr"), local);
    expect(problems).toEqual([
      {
        message: expect.stringMatching(/^Label '\/\/nowhere:x\.bzl' is invalid because/),
        ...{ file: undefined, line: undefined, column: undefined, package: "//noload" },
      },
      at("broken/BUILD", 3, 1, "//broken", "syntax error at 'cc_library': expected ,"),
      at("fails/BUILD", 2, 5, "//fails", "Error in fail: no"),
      at("unknown/BUILD", 1, 1, "//unknown", "name 'nosuch' is not defined"),
    ]);
    expect([...damaged].sort()).toEqual(["//broken", "//fails", "//noload", "//unknown"]);
  });

  it("may be of no file", () => {
    for (const name of ["no-package", "no-target", "syntax"]) {
      const { problems, damaged } = parseProblems(sample(`${name}.stderr`), local);
      expect(problems).toHaveLength(1);
      expect(problems[0]?.file).toBeUndefined();
      expect(damaged.size).toBe(0);
    }
    const [problem] = parseProblems(sample("no-package.stderr"), local).problems;
    expect(problem?.message).toMatch(/no such package 'nosuch'.*\n - \/workspace\/nosuch$/s);
  });

  it("are of files elsewhere too, and of packages that were told of before", () => {
    const text =
      "(01:02:03) ERROR: /other/x.bzl:1:2: bad\nINFO: x\nERROR: package contains errors: a/b: why\n";
    expect(parseProblems(text, local)).toEqual({
      problems: [
        { message: "why", file: undefined, line: undefined, column: undefined, package: "//a/b" },
        at("/other/x.bzl", 1, 2, undefined, "bad"),
      ],
      damaged: new Set(["//a/b"]),
    });
  });

  const at = (file: string, line: number, column: number, label: string | undefined, message: string) => ({
    ...{ message, file, line, column, package: label },
  });
});

describe("mergeAnswer (unit)", () => {
  const scanned = (label: string, text: string): BazelPackage => {
    const { targets, unread, problems, defaultVisibility } = readBuildFile(text);
    const file = `${label.slice(2)}/BUILD`;
    return {
      ...{ label, file, unread, problems, defaultVisibility },
      targets: targets.map(({ name, kind, line, column, certain }) => ({
        ...{ label: targetLabel(label, name), name, kind, line, column, certain },
      })),
    };
  };
  const rule = (label: string, name: string, line: number, kind = "filegroup"): QueriedRule => ({
    ...{ package: label, name, kind, at: { file: `${label.slice(2)}/BUILD`, line, column: 10 } },
  });
  const a = scanned("//a", 'filegroup(name = "x")\nmacro(name = "m")\n[filegroup(name = n) for n in N]\n');
  const b = scanned("//b", 'filegroup(name = "y")\nfilegroup(name = "z")\n');
  const merged = (text: string, rules: readonly QueriedRule[], damaged: readonly string[] = []) =>
    mergeAnswer(
      { root: "/workspace", packages: [a, b], problems: [] },
      { rules, problems: [], damaged: new Set(damaged), complete: true },
      parsePattern(text, ""),
    ).packages.map(({ label, targets, unread }) => [
      label,
      targets.map(({ name, line, column, certain }) => `${name}:${line}:${column}${certain ? "" : "?"}`),
      unread.length,
    ]);
  const answer = [rule("//a", "m_1", 2), rule("//a", "x", 1), rule("//a", "n1", 3)];

  it("replaces guesses and keeps the text's places", () => {
    expect(merged("//...", [...answer, rule("//c", "new", 1)])).toEqual([
      ["//a", ["x:1:1", "m_1:2:10", "n1:3:2"], 0],
      ["//b", [], 0],
      ["//c", ["new:1:10"], 0],
    ]);
  });

  it("keeps guesses where Bazel could not read the file", () => {
    expect(merged("//...", [...answer, rule("//b", "y", 1)], ["//b"])).toEqual([
      ["//a", ["x:1:1", "m_1:2:10", "n1:3:2"], 0],
      ["//b", ["y:1:1", "z:2:1?"], 0],
    ]);
    expect(merged("//b:z", [], ["//b"])[1]).toEqual(["//b", ["y:1:1?", "z:2:1?"], 0]);
  });

  it("leaves alone what was not asked for", () => {
    const untouched = ["//b", ["y:1:1", "z:2:1"], 0];
    expect(merged("//a:all", answer)).toEqual([["//a", ["x:1:1", "m_1:2:10", "n1:3:2"], 0], untouched]);
    expect(merged("//a:m", [])).toEqual([["//a", ["x:1:1"], 1], untouched]);
    expect(merged("@other//...", [rule("@other//o", "p", 1)])).toEqual([
      ["//a", ["x:1:1", "m:2:1?"], 1],
      untouched,
      ["@other//o", ["p:1:10"], 0],
    ]);
  });
});

describe("queryCommand (unit)", () => {
  const version = { text: "7.7.1", number: [7, 7] as const };
  const place: QueryPlace = { program: "bazel", version, root: "/w", outputBase: "/cache/w", locked: false };

  it("asks in its own output base", () => {
    const { command, args, cwd } = queryCommand(place, parsePattern("//a/...", ""));
    expect([command, cwd]).toEqual(["bazel", "/w"]);
    expect(args.slice(0, 4)).toEqual([
      ...["--output_base=/cache/w", "--max_idle_secs=600", "query", "--output=streamed_jsonproto"],
    ]);
    expect(args).toContain("--lockfile_mode=off");
    expect(args.slice(-2)).toEqual(["--", '"//a/..."']);
    expect(queryCommand({ ...place, locked: true }, parsePattern("//a:all", "")).args).not.toContain(
      "--lockfile_mode=off",
    );
    expect(shutdownCommand(place).args).toEqual([
      ...["--output_base=/cache/w", "--max_idle_secs=600", "--noblock_for_lock", "shutdown"],
    ]);
  });

  it("quotes a label that has quotes", () => {
    expect(queryCommand(place, parsePattern('//a:b"c', "")).args.at(-1)).toBe(`'//a:b"c'`);
  });

  it("asks a Bazel without a version for what all have", () => {
    const unknown = { ...place, version: { text: "no_version", number: undefined } };
    const { args } = queryCommand(unknown, parsePattern("//a:all", ""));
    expect(args).toContain("--output=label_kind");
    expect(args.some((argument) => argument.includes("proto:"))).toBe(false);
  });

  it("has an output base for each workspace", () => {
    const environment = { HOME: "/home/me" };
    const [one, two] = ["/src/a/repo", "/src/b/repo"].map((root) =>
      queryOutputBase("local", root, environment),
    );
    expect(one).toMatch(/^\/home\/me\/\.cache\/sygaldry\/bazel_query\/repo-[0-9a-f]{8}$/);
    expect(one).not.toBe(two);
    expect(queryOutputBase("local", "/r", { XDG_CACHE_HOME: "/c" })).toMatch(
      /^\/c\/sygaldry\/bazel_query\/r-/,
    );
    expect(queryOutputBase("container", "/workspace", environment)).toBe(
      queryOutputBase("inside", "/workspace", {}),
    );
  });
});

describe("Bazel's version (unit)", () => {
  it.each([
    ["bazel 7.7.1\n", "7.7.1", [7, 7]],
    ["bazel 4.2.3- (@non-git)", "4.2.3-", [4, 2]],
    ["bazel 8.0.0rc1", "8.0.0rc1", [8, 0]],
    ["bazel no_version", "no_version", undefined],
    ["2026/01/01 Downloading …\nbazel 6.4.0", "6.4.0", [6, 4]],
  ])("is read from %s", (said, text, number) => {
    expect(parseBazelVersion(said)).toEqual({ text, number });
  });

  it("is none of another program", () => {
    expect(parseBazelVersion("bazelisk: cannot download")).toBeUndefined();
  });

  it.each([
    ["4.2.3", "too old"],
    ["6.3.9", "too old"],
    ["6.4.0", undefined],
    ["7.7.1", undefined],
    ["9.9.9", undefined],
    ["no_version", undefined],
    ["10.0.0", "too new"],
  ])("%s is %s", (text, wrong) => {
    const version = parseBazelVersion(`bazel ${text}`) ?? { text, number: undefined };
    if (wrong === undefined) expect(() => requireSupported(version, "bazel")).not.toThrow();
    else expect(() => requireSupported(version, "bazel")).toThrow(wrong);
  });
});
