import { describe, expect, test } from "vitest";
import { parseSpecParts } from "../../../../../extension/core/spack/spec/parse-spec.ts";

/** `kind key = text`, in the order of the text. */
function partsOf(text: string): readonly string[] {
  return parseSpecParts(text).parts.map(({ kind, key, offset, length, value, node }) => {
    const own = text.slice(offset, offset + length);
    const shown = value && text.slice(value.offset, value.offset + value.length);
    return [`${node} ${kind}`, key, own, shown].filter((part) => part !== undefined).join(" | ");
  });
}

describe("where the parts of a spec stand (unit)", () => {
  test("a package with all kinds of attributes", () => {
    expect(partsOf("n.m.zlib@1.2:, 2 +a ~~b c:='x y' cflags=-O2 os=debian12 namespace=q /abc")).toEqual([
      "0 namespace | n.m",
      "0 name | zlib",
      "0 version | @1.2:, 2 | 1.2:, 2",
      "0 variant | a | +a",
      "0 variant | b | ~~b",
      "0 variant | c | c:='x y' | 'x y'",
      "0 flags | cflags | cflags=-O2 | -O2",
      "0 architecture | os | os=debian12 | debian12",
      "0 namespace | namespace | namespace=q | q",
      "0 hash | /abc",
    ]);
  });

  test("dependencies, virtual packages and edge attributes", () => {
    expect(partsOf("a ^b@1 %c,cxx=o.gcc@12 ^[deptypes=build virtuals=mpi] d")).toEqual([
      "0 name | a",
      "1 sigil | ^",
      "1 name | b",
      "1 version | @1 | 1",
      "2 sigil | %",
      "2 virtual | c",
      "2 virtual | cxx",
      "2 namespace | o",
      "2 name | gcc",
      "2 version | @12 | 12",
      "3 sigil | ^",
      "3 edge-attribute | deptypes | deptypes=build | build",
      "3 edge-attribute | virtuals | virtuals=mpi | mpi",
      "3 name | d",
    ]);
  });

  test("the spec of a condition, in the offsets of the whole text", () => {
    expect(partsOf("a %[when='+x %e@2'] b")).toEqual([
      "0 name | a",
      "1 sigil | %",
      "1 edge-attribute | when | when='+x %e@2' | '+x %e@2'",
      "2 variant | x | +x",
      "3 sigil | %",
      "3 name | e",
      "3 version | @2 | 2",
      "1 name | b",
    ]);
  });

  test("nodes: their extent, sigil and parent", () => {
    const text = "a+x ^b ~y %c %%[when=+z]d ^e";
    const nodes = parseSpecParts(text).nodes.map(({ offset, length, name, sigil, parent, condition }) => ({
      text: text.slice(offset, offset + length),
      name,
      sigil,
      parent,
      condition,
    }));
    const node = { condition: false };
    expect(nodes).toEqual([
      { ...node, text: "a+x", name: "a", sigil: undefined, parent: undefined },
      { ...node, text: "^b ~y", name: "b", sigil: "^", parent: 0 },
      { ...node, text: "%c", name: "c", sigil: "%", parent: 1 },
      { ...node, text: "%%[when=+z]d", name: "d", sigil: "%%", parent: 1 },
      { text: "+z", name: "", sigil: undefined, parent: 3, condition: true },
      { ...node, text: "^e", name: "e", sigil: "^", parent: 0 },
    ]);
  });
});
