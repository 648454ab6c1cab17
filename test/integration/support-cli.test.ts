import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { startSygaldry, sygaldry } from "../support/cli.ts";
import { inRepository } from "../support/paths.ts";
import { requires } from "../support/requirements.ts";
import { createWorkspace } from "../support/workspace.ts";

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(inRepository("package.json"), "utf8")));

describe("the command line as tests run it (integration)", () => {
  it("is the bundle that was built", async () => {
    await using workspace = await createWorkspace();
    const result = await sygaldry(["--version"], { cwd: workspace.path });
    expect(result).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
    expect(() => result.json()).toThrow("wrote no JSON");
  });

  it("can be left running", async () => {
    await using workspace = await createWorkspace();
    await using running = startSygaldry(["--version"], { cwd: workspace.path });
    await running.seen(new RegExp(version));
    expect((await running.ended).exitCode).toBe(0);
  });
});

requires(
  "linux",
  "root",
  "setpriv",
)("the command line as another user (integration)", () => {
  it("runs wherever the checkout is", async () => {
    const owner = { uid: 1234, gid: 5678 };
    await using workspace = await createWorkspace({ owner });
    const user = { ...owner, home: workspace.home };
    const result = await sygaldry(["--version"], { cwd: workspace.path, user });
    expect(result).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  });
});
