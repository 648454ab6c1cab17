import { describe, expect, it } from "vitest";
import { compareVersions } from "../../../../../extension/core/spack/view/version-order.ts";

describe("the order of versions in views (unit)", () => {
  it("is that of specs, for numbers of any size", () => {
    expect(compareVersions("1.9007199254740993", "1.9007199254740992")).toBeGreaterThan(0);
    expect(compareVersions("1.2-rc1", "1.2")).toBeLessThan(0);
    expect(compareVersions("develop", "99")).toBeGreaterThan(0);
  });

  it("puts a version from git after the one that it is like", () => {
    expect(compareVersions("git.main=1.2", "1.2")).toBeGreaterThan(0);
    expect(compareVersions("git.feature/new thing=1.2", "1.3")).toBeLessThan(0);
    expect(compareVersions("git.feature/x", "git.feature/x")).toBe(0);
  });
});
