import path from "node:path";
import { SygaldryError } from "../../core/base/errors.ts";
import { writeAtomic } from "../../core/base/files.ts";
import { writeRendering } from "../../core/container/render/apply.ts";
import { openSession } from "../../core/container/session.ts";
import { findRelease } from "../../core/container/tools/catalogue.ts";
import { idFromName } from "../../core/project/identity.ts";
import { composeConfig, suggestAnswers } from "../../core/project/init/compose.ts";
import { type RepositoryTraits, recogniseRepository } from "../../core/project/init/recognise.ts";
import { configFileName } from "../../core/project/root.ts";
import type { ToolName } from "../../core/project/schema.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { askInit } from "../prompts.ts";
import { createToolkit } from "../toolkit.ts";

interface InitOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly base?: string;
}

export async function init(
  options: InitOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const { cwd } = loadOptions(options);
  const file =
    options.config === undefined ? path.join(cwd, configFileName) : path.resolve(cwd, options.config);
  const root = path.dirname(file);
  const traits = await recogniseRepository(root);
  refuseToOverwrite(file, traits, options.force ?? false);
  const suggested = {
    ...suggestAnswers(options.projectId ?? idFromName(path.basename(root)) ?? "project", traits),
    ...(options.base === undefined ? {} : { base: options.base }),
    ...(options.portable ? { mode: "portable" as const } : {}),
  };
  const interactive = !options.yes && !output.json && process.stdin.isTTY && process.stderr.isTTY;
  const answers = interactive ? await askInit(suggested, traits) : suggested;
  await writeAtomic(file, composeConfig(answers, traits, isKnown));
  const session = await openSession(createToolkit(output), {
    ...loadOptions(options),
    file,
    probeBuilder: true,
    signal,
  });
  const rendered = await writeRendering(session, { force: options.force ?? false });
  output.result(
    { file, projectId: session.projectId, mode: session.plan.mode, rendered, next: "sygaldry up" },
    `Wrote ${path.relative(cwd, file) || file} and ${rendered.length} files below .devcontainer/.\nNext: look at sygaldry.yaml, then run \`sygaldry up\` (or "Reopen in Container" in VS Code).`,
  );
  return 0;
}

/** Whether `tools.<tool>: "<version>"` would be accepted as it stands. */
function isKnown(tool: ToolName, version: string): boolean {
  return findRelease(tool, version) !== undefined;
}

function refuseToOverwrite(file: string, traits: RepositoryTraits, force: boolean): void {
  if (traits.config) {
    throw new SygaldryError("SYG-INIT-EXISTS", `${file} exists already; nothing was written`, {
      next: "Edit it and run `sygaldry render`, or move it away first.",
    });
  }
  if (traits.foreignDevcontainer !== undefined && !force) {
    throw new SygaldryError(
      "SYG-INIT-EXISTS",
      `this repository has ${traits.foreignDevcontainer} already; nothing was written`,
      {
        next: "Run `sygaldry init --force` to replace it (a copy is kept beside it), or keep using it without Sygaldry.",
      },
    );
  }
}
