import { describe, expect, it } from "vitest";
import { SygaldryError } from "../../../../extension/core/base/errors.ts";
import { located } from "../../../../extension/core/project/located.ts";
import type { KeyPath } from "../../../../extension/core/project/yaml-source.ts";

const places: Readonly<Record<string, string>> = {
  "tools.python": "/x/sygaldry.yaml:2:11",
  "tools.go.version": "environment GO_VERSION",
  image: "/x/sygaldry.yaml:9:1",
};
const project = {
  origin(path: KeyPath) {
    const text = places[path.join(".")];
    return text === undefined
      ? { kind: "default" as const, text: "default" }
      : { kind: "file" as const, text };
  },
};

function messageOf(code: "SYG-CONFIG-INVALID" | "SYG-STORAGE", message: string): string {
  try {
    located(project, () => {
      throw new SygaldryError(code, message, { next: "Do this.", data: { a: 1 } });
    });
  } catch (error) {
    expect(error).toMatchObject({ code, next: "Do this.", data: { a: 1 } });
    return error instanceof Error ? error.message : "";
  }
  throw new Error("nothing was thrown");
}

describe("located (unit)", () => {
  it.each([
    ["tools.python: no checksum", "/x/sygaldry.yaml:2:11: tools.python: no checksum"],
    ["tools.go: no checksum", "environment GO_VERSION: tools.go: no checksum"],
    ["image.base: no suite", "/x/sygaldry.yaml:9:1: image.base: no suite"],
    ["tools.rust: by default", "tools.rust: by default"],
    ["two things are mounted there", "two things are mounted there"],
  ])("%s", (message, expected) => {
    expect(messageOf("SYG-CONFIG-INVALID", message)).toBe(expected);
  });

  it("leaves other errors alone, and returns what the work returns", () => {
    expect(messageOf("SYG-STORAGE", "tools.python: no")).toBe("tools.python: no");
    expect(located(project, () => 7)).toBe(7);
  });
});
