import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { processRunner } from "../../../extension/core/base/process.ts";
import { binFolder, inRepository } from "../../support/paths.ts";
import SummaryReporter from "../../support/reporter.ts";

const tests = `
import { beforeAll, describe, expect, it } from "vitest";
import { requires } from "../../support/requirements.ts";
it("passes", () => {});
it("fails", () => expect(1).toBe(2));
it("has a note", ({ skip }) => skip("not today"));
it.skip("has none", () => {});
requires("spack")("with Spack", () => it("installs", () => {}));
requires("shellcheck")("with shellcheck", () => it("checks", () => {}));
describe("broken", () => {
  beforeAll(() => { throw new Error("no set-up"); });
  it("never runs", () => {});
});
`;

describe("reporter (unit)", () => {
  // Inside the repository, so that imports resolve.
  const folder = inRepository("test", "artifacts", `reporter-${process.pid}`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (ci: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "sample.test.ts"), tests);
    writeFileSync(path.join(folder, "unparsable.test.ts"), "this is no TypeScript");
    await processRunner.run({
      command: path.join(binFolder, "vitest"),
      args: ["run", "--root", folder, "--reporter", inRepository("test", "support", "reporter.ts")],
      cwd: folder,
      // No tool is found on this PATH but Node.
      env: { PATH: path.dirname(process.execPath), HOME: folder, SYGALDRY_TEST_RESULTS: folder, CI: ci },
    });
    // No configuration file is found there, so no project has a name.
    const summary: unknown = JSON.parse(readFileSync(path.join(folder, "tests.json"), "utf8"));
    return summary;
  };

  it("tells what passed, what failed and why the rest was skipped", async () => {
    const file = path.relative(inRepository(), path.join(folder, "sample.test.ts"));
    const broken = path.relative(inRepository(), path.join(folder, "unparsable.test.ts"));
    expect(await run("")).toEqual({
      passed: 1,
      failed: [
        `${file} > fails`,
        `${file} > broken (could not be loaded or set up)`,
        `${broken} (could not be loaded or set up)`,
      ],
      skipped: [
        { title: `${file} > has a note`, reason: "not today" },
        { title: `${file} > has none`, reason: "no reason given" },
        {
          title: `${file} > with Spack > installs`,
          reason: expect.stringContaining("needs spack: SPACK_ROOT names no Spack"),
        },
        { title: `${file} > with shellcheck > checks`, reason: expect.stringContaining("needs shellcheck") },
        { title: `${file} > broken > never runs`, reason: "its suite could not be loaded or set up" },
      ],
    });
  });

  it("fails in CI for what the distribution has", async () => {
    expect(await run("true")).toMatchObject({
      failed: expect.arrayContaining([expect.stringContaining("with shellcheck > has what it needs")]),
    });
  });

  it("does nothing unless it is asked for a summary", () => {
    const results = process.env["SYGALDRY_TEST_RESULTS"];
    delete process.env["SYGALDRY_TEST_RESULTS"];
    try {
      expect(() => new SummaryReporter().onTestRunEnd([], [])).not.toThrow();
    } finally {
      if (results !== undefined) process.env["SYGALDRY_TEST_RESULTS"] = results;
    }
  });
});
