import { describe, expect, test } from "vitest";
import { formatSpec } from "../../../../../extension/core/spack/spec/format-spec.ts";
import { parseSpec, parseSpecs } from "../../../../../extension/core/spack/spec/parse-spec.ts";
import type { Spec } from "../../../../../extension/core/spack/spec/spec.ts";
import { SpecSyntaxError } from "../../../../../extension/core/spack/spec/spec-errors.ts";

describe("names that stand for this machine's (unit)", () => {
  const host = { platform: "linux", os: "debian12", target: "zen3" };
  const printed = (text: string) => formatSpec(parseSpec(text, { host }));

  test("become those of the host, with its platform", () => {
    expect(printed("a os=default_os")).toBe("a platform=linux os=debian12");
    expect(printed("a target=fe")).toBe("a platform=linux target=zen3");
    expect(printed("a ^b os=be target=backend")).toBe("a ^b platform=linux os=debian12 target=zen3");
  });

  test("cannot be another platform's", () => {
    expect(() => printed("a platform=darwin os=frontend")).toThrow(SpecSyntaxError);
  });

  test("stay as they are where no host is known", () => {
    expect(formatSpec(parseSpec("a os=default_os target=fe"))).toBe("a os=default_os target=fe");
  });
});

describe("toolchains (unit)", () => {
  const gnu = parseSpec("%[when='%c' virtuals=c] gcc@12 %[when='%cxx' virtuals=cxx] gcc@12");
  const asked: [string, boolean][] = [];
  const toolchain = (name: string, propagate: boolean): Spec | undefined => {
    asked.push([name, propagate]);
    return name === "gnu" ? gnu : undefined;
  };
  const printed = (text: string) => formatSpec(parseSpec(text, { toolchain }));

  test("have nothing behind their name", () => {
    expect(() => printed("a %gnu+x")).toThrow("nothing more can be asked of a toolchain");
    expect(() => printed("a %gnu@12")).toThrow("nothing more can be asked of a toolchain");
  });

  test("are put in at the package that the % belongs to", () => {
    const both = "%[when='%c'] c=gcc@12 %[when='%cxx'] cxx=gcc@12";
    expect(printed("a+x %gnu")).toBe(`a+x ${both}`);
    expect(printed("a ^b@1 %gnu ^d")).toBe(`a ^b@1 ${both} ^d`);
    expect(parseSpecs("a %gnu b", { toolchain }).map(formatSpec)).toEqual([`a ${both}`, "b"]);
  });

  test("are asked with the name and whether they are propagated", () => {
    asked.splice(0);
    printed("a %gnu %%other ^gnu %c=gnu");
    expect(asked).toEqual([
      ["gnu", false],
      ["other", true],
    ]);
  });

  test("that exclude what is there are refused at their name", () => {
    const strict = (name: string) => (name === "old" ? parseSpec("%gcc@4") : undefined);
    try {
      parseSpec("a %gcc@12 %old", { toolchain: strict });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "SpecSyntaxError", offset: 11, length: 3 });
    }
  });
});
