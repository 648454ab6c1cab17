import { describe, expect, it } from "vitest";
import { mustBeThere, requires } from "../../support/requirements.ts";

describe("requirements (unit)", () => {
  it("lets CI skip only what the distribution does not have", () => {
    expect(mustBeThere(["ubuntu", "gpu"], "true")).toBe(false);
    expect(mustBeThere(["ubuntu", "shellcheck"], "true")).toBe(true);
    expect(mustBeThere(["shellcheck"], "")).toBe(false);
  });
});

requires("bash")("requires (unit)", () => {
  it("runs the suite where all is there", () => {
    expect(true).toBe(true);
  });
});
