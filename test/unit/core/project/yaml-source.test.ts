import { describe, expect, test } from "vitest";
import { SygaldryError } from "../../../../extension/core/base/errors.ts";
import { parseYaml } from "../../../../extension/core/project/yaml-source.ts";

function failure(text: string): SygaldryError {
  try {
    parseYaml("/repo/sygaldry.yaml", text);
  } catch (error) {
    if (error instanceof SygaldryError) return error;
    throw error;
  }
  throw new Error("it was taken");
}

describe("parseYaml (unit)", () => {
  const source = parseYaml("f", "a:\n  b: 1\n  'c d':\n    - x\n    - y: {z: 2}\n8080: port\n");

  test("gives the plain value", () => {
    expect(source.value).toEqual({ a: { b: 1, "c d": ["x", { y: { z: 2 } }] }, 8080: "port" });
    expect(parseYaml("f", "").value).toBeNull();
    expect(parseYaml("f", "# only a comment\n").value).toBeNull();
  });

  test.each([
    [["a"], { line: 2, column: 3 }, { line: 1, column: 1 }],
    [["a", "b"], { line: 2, column: 6 }, { line: 2, column: 3 }],
    [["a", "c d", 0], { line: 4, column: 7 }, { line: 4, column: 5 }],
    [["a", "c d", 1, "y", "z"], { line: 5, column: 14 }, { line: 5, column: 11 }],
    [["8080"], { line: 6, column: 7 }, { line: 6, column: 1 }],
  ])("knows where %j and its key stand", (path, ofValue, ofKey) => {
    expect(source.position(path)).toEqual(ofValue);
    if (typeof path.at(-1) === "string") expect(source.position(path, { key: true })).toEqual(ofKey);
  });

  test("gives the nearest enclosing place for what is not there", () => {
    expect(source.position(["a", "none", "deeper"])).toEqual({ line: 2, column: 3 });
    expect(source.position(["none"])).toEqual({ line: 1, column: 1 });
    expect(parseYaml("f", "").position(["a", "b"])).toEqual({ line: 1, column: 1 });
  });

  test("counts lines alike with CRLF, and characters after wide ones as editors do", () => {
    expect(parseYaml("f", "a: 1\r\nb:\r\n  c: 2\r\n").position(["b", "c"])).toEqual({ line: 3, column: 6 });
    expect(parseYaml("f", "{ä: 'ß', b: 1}").position(["b"], { key: true })).toEqual({ line: 1, column: 10 });
    expect(parseYaml("f", "{a: '🧪', b: 1}").position(["b"], { key: true })).toEqual({ line: 1, column: 11 });
    expect(parseYaml("f", "\ufeffa: 1\n").position(["a"], { key: true })).toEqual({ line: 1, column: 1 });
  });

  test("keeps a key named __proto__ a key", () => {
    const { value } = parseYaml("f", "__proto__: {a: 1}\n");
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1}}');
  });

  test("reads YAML 1.2: on, off, yes and no are text", () => {
    expect(parseYaml("f", "[on, off, yes, no, true]").value).toEqual(["on", "off", "yes", "no", true]);
  });
});

describe("parseYaml of malformed text (unit)", () => {
  test.each([
    ["a tab as indentation", "project:\n\tid: a\n", 2, 1],
    ["an unclosed list", "apt:\n  packages: [a, b\nnetwork: x\n", 3, 1],
    ["an unclosed quote", 'network: "bridge\n', 2, 1],
    ["a key twice", "network: a\r\nnetwork: b\r\n", 2, 1],
    ["a second document", "network: a\n---\nnetwork: b\n", 2, 1],
    ["an anchor that is not there", "env: *none\n", 1, 6],
    ["a tag that nobody knows", "network: !!js/function 'x'\n", 1, 10],
    ["indentation that fits nothing", "a:\n    b: 1\n  c: 2\n", 3, 1],
  ])("%s: names the place", (_, text, line, column) => {
    const error = failure(text);
    expect(error.code).toBe("SYG-CONFIG-INVALID");
    expect(error.message).toMatch(new RegExp(`^/repo/sygaldry\\.yaml:${line}:${column}: malformed YAML: .`));
    expect(error.next).not.toBe(undefined);
    expect(error.data).toEqual({ file: "/repo/sygaldry.yaml", line, column });
  });

  test("refuses anchors that unfold without end", () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(of).join(",")}]\n`;
    const text = level("a", "1") + level("b", "*a") + level("c", "*b") + level("d", "*c");
    expect(failure(text).message).toMatch(
      /^\/repo\/sygaldry\.yaml:1:1: malformed YAML: Excessive alias count/,
    );
  });
});
