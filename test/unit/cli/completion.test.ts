import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { expect, it } from "vitest";
import { completionScript } from "../../../extension/cli/completion.ts";
import { processRunner } from "../../../extension/core/base/process.ts";

it("completes commands, options, and file names with blanks in bash (unit)", async () => {
  const program = new Command("sygaldry");
  const group = program.command("spack");
  group.command("why").option("--types <list>");
  group.command("show");
  const folder = await mkdtemp(path.join(tmpdir(), "sygaldry-test-"));
  try {
    await writeFile(path.join(folder, "my file.yaml"), "");
    const complete = async (...words: readonly string[]) => {
      const ask =
        'eval "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sygaldry; printf "%s\\n" "${COMPREPLY[@]}"';
      const script = completionScript("bash", program) ?? "";
      const args = ["-c", ask, "bash", script, "sygaldry", ...words];
      const { stdout } = await processRunner.run({ command: "bash", args, cwd: folder });
      return stdout.trimEnd().split("\n");
    };
    expect(await complete("spack", "wh")).toEqual(["why"]);
    expect(await complete("spack", "why", "--")).toEqual(["--types"]);
    expect(await complete("spack", "")).toEqual(["why", "show", "--help"]);
    expect(await complete("spack", "show", "my")).toEqual(["my file.yaml"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
