import { describe, expect, it } from "vitest";
import { processRunner } from "../../../../extension/core/base/process.ts";
import { hereSite, isInsideContainer } from "../../../../extension/core/site/here.ts";

describe("hereSite (unit)", () => {
  const site = hereSite("local", processRunner, { PATH: process.env["PATH"], KEPT: "yes", GONE: "x" });

  it("adds variables to the environment and takes some away", async () => {
    const script = 'echo "$KEPT ${GONE-none} $NEW"';
    const { stdout } = await site.run({
      ...{ command: "sh", args: ["-c", script], env: { GONE: undefined, NEW: "a b" } },
    });
    expect(stdout).toBe("yes none a b\n");
  });

  it("leaves paths as they are", () => {
    expect(site.paths.local("/opt/spack_store")).toBe("/opt/spack_store");
    expect(site.paths.site("/x y")).toBe("/x y");
  });

  it("is inside where the image's own files are", () => {
    expect(isInsideContainer(() => true)).toBe(true);
    const asked: string[] = [];
    expect(isInsideContainer((file) => asked.push(file) < 0)).toBe(false);
    expect(asked).toEqual(["/usr/local/lib/sygaldry/runtime/start.sh"]);
  });
});
