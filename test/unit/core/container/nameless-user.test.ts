import { describe, expect, it } from "vitest";
import { processRunner } from "../../../../extension/core/base/process.ts";
import { numberForNameArguments } from "../../../../extension/core/container/nameless-user.ts";

describe("numberForNameArguments (unit)", () => {
  it("give programs the number for the user's name", async () => {
    const script = 'console.log(require("os").userInfo().username)';
    const args = [...numberForNameArguments, "-e", script];
    const { stdout } = await processRunner.run({ command: process.execPath, args });
    expect(stdout).toBe(`${process.getuid?.()}\n`);
  });
});
