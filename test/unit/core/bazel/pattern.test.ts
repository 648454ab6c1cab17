import { describe, expect, it } from "vitest";
import { SygaldryError } from "../../../../extension/core/base/errors.ts";
import {
  coversPackage,
  parsePattern,
  patternText,
} from "../../../../extension/core/bazel/workspace/pattern.ts";

describe("parsePattern (unit)", () => {
  it.each([
    ["//...", "a", "//..."],
    ["//a/b/...", "", "//a/b/..."],
    ["//a/b", "c", "//a/b:b"],
    ["//a/b:all", "", "//a/b:all"],
    ["//a/b:*", "", "//a/b:all"],
    ["//a/b:c/d.txt", "", "//a/b:c/d.txt"],
    ["//", "a", "//:all"],
    ["//:x", "a", "//:x"],
    ["...", "a/b", "//a/b/..."],
    ["...", "", "//..."],
    ["c/...", "a", "//a/c/..."],
    [":x", "a", "//a:x"],
    [":all", "", "//:all"],
    ["c", "a", "//a/c:c"],
    ["c/", "a", "//a/c:all"],
    ["../c", "a", "//c:all"],
    ["./c/", "a", "//a/c:all"],
    [".", "a", "//a:all"],
    ["../c:x", "a", "//c:x"],
    ["größe:ü", "", "//größe:ü"],
    ["@spack//:hdf5", "a", "@spack//:hdf5"],
    ["@@rules_cc+//cc/...", "a", "@@rules_cc+//cc/..."],
  ])("reads %s in %s", (text, folder, expected) => {
    expect(patternText(parsePattern(text, folder))).toBe(expected);
  });

  it.each(["", ":", "a:", "//a:b:c", "@spack", "//a/../b", "//a//b", "//a/", "../../x", "//a/...:x"])(
    "refuses %s",
    (text) => {
      const attempt = () => parsePattern(text, "a");
      expect(attempt).toThrow(SygaldryError);
      expect(attempt).toThrow("no target pattern");
    },
  );

  it("covers whole names of folders", () => {
    const labels = ["//", "//a", "//a/b", "//ab"];
    const covered = (text: string) => labels.filter((label) => coversPackage(parsePattern(text, ""), label));
    expect(covered("//...")).toEqual(labels);
    expect(covered("//a/...")).toEqual(["//a", "//a/b"]);
    expect(covered("//a")).toEqual(["//a"]);
    expect(covered("//:x")).toEqual(["//"]);
  });
});
