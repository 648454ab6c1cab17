import { describe, expect, it } from "vitest";
import type { SygaldryError } from "../../../../extension/core/base/errors.ts";
import { findNode } from "../../../../extension/core/spack/find-nodes.ts";
import { fixtureLock } from "../../../support/spack-fixtures.ts";

const { lock } = fixtureLock("demo");

function nextOf(text: string): string | undefined {
  try {
    return `found ${findNode(lock, text).name}`;
  } catch (error) {
    return (error as SygaldryError).next;
  }
}

describe("findNode (unit)", () => {
  it("suggests a name only where one was written", () => {
    expect(nextOf("demo-bass")).toBe("Did you mean demo-base?");
    expect(nextOf("%gcc@99")).toBe("`sygaldry spack show --all` lists what is there.");
    expect(nextOf("demo-base@99")).toMatch(/^The lock has demo-base@1\.3\.0\//);
  });
});
