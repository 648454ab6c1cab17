import { describe, expect, test } from "vitest";
import { SygaldryError } from "../../../../../extension/core/base/errors.ts";
import { parseSpec, parseSpecs } from "../../../../../extension/core/spack/spec/parse-spec.ts";
import { SpecSyntaxError } from "../../../../../extension/core/spack/spec/spec-errors.ts";

function errorOf(text: string, parse: (text: string) => unknown = parseSpec): SpecSyntaxError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SpecSyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

describe("what is wrong with a spec, and where (unit)", () => {
  test.each([
    ["a@", "@", "a version is missing"],
    ["a@3:1", "@3:1", "3:1 is empty"],
    ["a@1@2", "@2", "two versions"],
    ["a@git.x==1", "@git.x==1", "one ="],
    ["a +", "+", "a variant is missing"],
    ["a+x~x", "~x", "x is given twice"],
    ["a x=y,*", "x=y,*", "* stands alone"],
    ["a os=x os=y", "os=y", "the os is given twice"],
    ["a arch=p-o-t os=x", "os=x", "the architecture is given twice"],
    ["a os==x", "os==x", "os cannot be propagated"],
    ["a +os", "+os", "os cannot be switched"],
    ["a x='y", "x=", "quote has no partner"],
    ["a x:=", "x:=", "has no value"],
    ["a 'x y'", "'", "stands alone"],
    ["a =x", "=", "nothing is named before the ="],
    ["a /", "/", "a hash is missing"],
    ["a é", "é", "é has no meaning"],
    ["a 😀b", "😀", "😀 has no meaning"],
    ["a b", "b", "more than one spec"],
    ["a/x/y", "/y", "more than one spec"],
    ["a %", "", "nothing follows the %"],
    ["a % [x=y]", "[", "the [ follows no sigil"],
    ["a ^[x=y] b", "x", "x is no attribute"],
    ["a ^[deptypes=build,nope] b", "nope", "no kind of dependency"],
    ["a ^[virtuals=x b", "b", "the [ is not closed"],
    ["a ^[virtuals=x", "", "the [ is not closed"],
    ["a %[when=''] b", "", "the condition is empty"],
    ["a %[when='+x y z'] b", "y", "more than one spec"],
    ["a %[when='+x é'] b", "é", "é has no meaning"],
    ["a ^b@1 ^b@2", "^b@2", "which exclude each other"],
    ["a ^[deptypes=build] b ^[deptypes=build,run] b", "^[deptypes=build,run] b", "kinds of dependency"],
    ["./a.json", "./a.json", "the name of a file"],
    ["a ^dir/b.yaml", "dir/b.yaml", "the name of a file"],
  ])("%s", (text, at, problem) => {
    const error = errorOf(text);
    expect(text.slice(error.offset, error.offset + error.length)).toBe(at);
    expect(error.message).toContain(problem);
    expect(error.message).toContain(text);
    expect(error.expected).not.toBe("");
  });

  test("it is an error as all are: with a code, the next step and plain data", () => {
    const error = errorOf("a@3:1");
    expect(error).toBeInstanceOf(SygaldryError);
    expect(error.code).toBe("SYG-SPEC-SYNTAX");
    expect(error.next).toBe("At character 2: expected the older version before the colon.");
    expect(error.data).toEqual({
      spec: "a@3:1",
      offset: 1,
      length: 4,
      expected: "the older version before the colon",
    });
  });

  test("a lone ] ends the reading of several specs", () => {
    const error = errorOf("a b ]", parseSpecs);
    expect([error.offset, error.message]).toEqual([4, expect.stringContaining("closes nothing")]);
  });

  test("a long text is not repeated in full", () => {
    expect(errorOf(`${"a".repeat(5000)} b`).message.length).toBeLessThan(400);
  });
});

describe("50 kB of malice (unit)", () => {
  const repeated = (piece: string) => piece.repeat(Math.ceil(50_000 / piece.length)).slice(0, 50_000);
  const many = (piece: string) => Array.from({ length: 7000 }, (_, at) => piece + at).join(" ");

  test.each([
    ["one name", repeated("a"), 1],
    ["names and slashes", repeated("/a "), 16_667],
    ["many names", repeated("a "), 25_000],
    ["one dependency again and again", `a ${repeated("^b@1:9 ").trim()}`, 1],
    ["dependencies without names", `a${repeated(" ^+x")}`, 1],
    ["many dependencies", `a ${many("^b")}`, 1],
    ["many direct dependencies", `a ${many("%b")}`, 1],
    ["many variants", `a ${many("+v")}`, 1],
    ["many versions", `a@${Array.from({ length: 9000 }, (_, at) => 20_000 - 2 * at).join(",")}`, 1],
    ["many values", `a x=${repeated("b,")}`, 1],
    ["many flags", `a cflags='${repeated("-g ")}'`, 1],
    ["many signs", repeated("% a "), 1],
  ])("%s are read", (_, text, count) => {
    expect(parseSpecs(text)).toHaveLength(count);
  });

  test.each([
    ["dots", repeated("a.")],
    ["colons", `a@${repeated("1:")}`],
    ["commas", `a@${repeated("1.2,")}`],
    ["dashes", `a@1${repeated("-")}`],
    ["digits", `a@1.${repeated("9")}`],
    ["a range before an =", `a@1:${repeated("a.")}=b`],
    ["quotes", repeated("a='")],
    ["escaped quotes", `a="${repeated("\\'")}`],
    ["an open quote", `a='${repeated("x")}`],
    ["brackets", repeated("^[")],
    ["closed brackets", repeated("]")],
    ["signs", repeated("%")],
    ["pluses and spaces", repeated("+ ")],
    ["almost a file", repeated("a/b.jso")],
    ["almost virtual packages", `a %${repeated("c,")}`],
    ["surrogates", repeated("😀")],
  ])("%s are refused", (_, text) => {
    expect(() => parseSpecs(text)).toThrow(SpecSyntaxError);
    expect(() => parseSpec(text)).toThrow(SpecSyntaxError);
  });
});
