import { describe, expect, it } from "vitest";
import { readBuildFile } from "../../../../extension/core/bazel/build-file/read-build-file.ts";

const names = (text: string) => readBuildFile(text).targets.map(({ name }) => name);
const messages = (text: string) =>
  readBuildFile(text).problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);

describe("readBuildFile (unit)", () => {
  it("reads kind, name, origin and place", () => {
    const { targets, problems, defaultVisibility } = readBuildFile(
      [
        'load("@rules_cc//cc:defs.bzl", "cc_library")',
        'load("//tools:defs.bzl", "wheel", bin = "fast_binary")',
        'package(default_visibility = ["//visibility:public", "//a:__pkg__"])',
        "cc_library(",
        '    name = "core",  # the core',
        '    srcs = glob(["*.cc"]) + select({":x": ["name = \\"no\\""]}),',
        ")",
        'bin(name = "run", deps = [":core"])',
        'native.genrule(name = "gen", cmd = """',
        "name = 'not this'",
        '""")',
        'exports_files(["a.txt"]); filegroup(name = "files")',
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(defaultVisibility).toEqual(["//visibility:public", "//a:__pkg__"]);
    const cc = "@rules_cc//cc:defs.bzl";
    expect(targets).toEqual([
      { name: "core", kind: "cc_library", origin: cc, line: 4, column: 1, certain: true },
      { name: "run", kind: "fast_binary", origin: "//tools:defs.bzl", line: 8, column: 1, certain: false },
      { name: "gen", kind: "genrule", origin: undefined, line: 9, column: 1, certain: true },
      { name: "files", kind: "filegroup", origin: undefined, line: 12, column: 27, certain: true },
    ]);
  });

  it.each([
    [
      "escapes",
      String.raw`filegroup(name = "a\"b\x2dc\u00e9\
d")`,
      ['a"b-céd'],
    ],
    ["raw strings", String.raw`filegroup(name = r"a\n")`, [String.raw`a\n`]],
    ["texts joined by +", 'P = "lib"\nfilegroup(name = P + "_" + "x")', ["lib_x"]],
    ["a name given anew", 'P = "a"\nP = "b"\nfilegroup(name = P)', ["b"]],
    ["unicode", 'filegroup(name = "größe_日本_𝛼")', ["größe_日本_𝛼"]],
    [
      "CRLF, tabs and a byte order mark",
      '\ufefffilegroup(\r\n\tname = "a",\r\n)\r\nfilegroup(name="b")',
      ["a", "b"],
    ],
    ["a line joined by a backslash", 'filegroup \\\n (name = "a")', ["a"]],
    ["the last name of nested calls", 'outer(inner(name = "no"), name = "yes")', ["yes"]],
    ["a file without a newline at its end", 'filegroup(name = "a") # end', ["a"]],
    ["nothing", "", []],
  ])("reads %s", (_, text, expected) => {
    expect(readBuildFile(text)).toMatchObject({ problems: [], unread: [] });
    expect(names(text)).toEqual(expected);
  });

  it.each([
    ["a comprehension", '[genrule(name = "g%d" % i, cmd = "") for i in range(3)]', "genrule"],
    ["a comprehension with a name", '_ = [cc_test(name = x) for x in ["a"]]', "cc_test"],
    ["a condition", 'sh_test(name = "t") if ON else None', "sh_test"],
    ["a computed name", 'filegroup(name = "a_{}".format(V))', "filegroup"],
    ["a name from a dictionary", "filegroup(**values)", "filegroup"],
    ["a name given by position", 'load(":x.bzl", mac = "suite")\nmac("a")', "suite"],
    ["a loop", "for x in y:\n    filegroup(name = x)", "filegroup"],
  ])("leaves %s to the query", (_, text, callee) => {
    const { targets, unread, problems } = readBuildFile(text);
    expect(problems).toEqual([]);
    expect(targets).toEqual([]);
    expect(unread.map((one) => one.callee)).toEqual([callee]);
  });

  it("asks no query where nothing makes targets", () => {
    const text =
      'X = glob(["a"]) + [len(y) for y in z]\nlicenses(["notice"])\npackage_group(name = "g")\n"text"\n';
    expect(readBuildFile(text)).toMatchObject({ targets: [], unread: [], problems: [] });
  });

  it("goes on after a bracket that is never closed", () => {
    const text =
      'filegroup(name = "a")\nfilegroup(name = "b", srcs = [\nfilegroup(name = "c")\nfilegroup(name = "d"';
    expect(names(text)).toEqual(["a", "b", "c", "d"]);
    expect(messages(text)).toEqual(["2:30: '[' is never closed", "4:10: '(' is never closed"]);
    expect(readBuildFile(text).targets.filter(({ certain }) => certain)).toEqual([]);
  });

  it.each([
    [
      "a string without an end",
      'filegroup(name = "a)\nfilegroup(name = "b")',
      "1:18: a string without an end",
      ["a)", "b"],
    ],
    [
      "a long string without an end",
      'x(name = """a\nfilegroup(name = "b")',
      "1:10: a string without an end",
      ["a", "b"],
    ],
    [
      "the wrong bracket",
      'filegroup(name = "a", srcs = [")"))\nfilegroup(name = "b")',
      "1:34: ']' expected, found ')'",
      ["a", "b"],
    ],
    [
      "a bracket too many",
      'filegroup(name = "a"))\nfilegroup(name = "b")',
      "1:22: ')' closes nothing",
      ["b"],
    ],
    [
      "a conflict",
      '<<<<<<< HEAD\nfilegroup(name = "a")\n=======\nfilegroup(name = "a")\n>>>>>>> x',
      '4:1: "a" is the name of a target in line 2',
      ["a"],
    ],
  ])("reports %s and reads on", (_, text, message, expected) => {
    expect(messages(text)).toContain(message);
    expect(names(text)).toEqual(expected);
  });

  it("reads whatever a file holds", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const pieces = [
      '"',
      "'",
      '"""',
      "(",
      ")",
      "[",
      "]",
      "\n",
      "\\",
      "name",
      "=",
      "x(",
      "#",
      "é",
      "\0",
      "{",
      ",",
      "r",
    ];
    for (let round = 0; round < 2_000; round += 1) {
      const text = Array.from({ length: random(40) }, () => pieces[random(pieces.length)]).join("");
      const { targets, unread, problems } = readBuildFile(text);
      const lines = text.split("\n").length;
      for (const { line, column } of [...targets, ...unread, ...problems]) {
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThan(0);
      }
    }
  });

  it.each([
    ["whole", 'filegroup(\n    name = "t#",\n    srcs = ["a.txt"],\n)\n\n', 20_000],
    ["all unclosed", 'filegroup(name = "t#", srcs = [\n', 100_000],
    ["with unclosed long strings", 'filegroup(name = "t#", doc = """\n', 100_000],
  ])("reads a file of 100,000 lines, %s", (_, text, count) => {
    const file = Array.from({ length: count }, (_, index) => text.replace("#", String(index))).join("");
    const { targets } = readBuildFile(file);
    expect(targets.length).toBeGreaterThanOrEqual(count / 2);
    expect(targets.at(0)?.name).toBe("t0");
  });
});
