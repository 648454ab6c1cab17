import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { SygaldryError } from "../../core/base/errors.ts";
import { findContainer } from "../../core/container/lifecycle/find.ts";
import { newestRecord } from "../../core/container/lifecycle/records.ts";
import { openSession } from "../../core/container/session.ts";
import { projectRoot } from "../../core/project/root.ts";
import { createEngine } from "../engine.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { createToolkit } from "../toolkit.ts";

interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly lines?: string;
  readonly build?: boolean;
}

export async function logs(
  options: LogsOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  return options.build ? buildLog(options, signal) : containerLog(options, signal);
}

async function containerLog(options: LogsOptions, signal: AbortSignal): Promise<number> {
  const engine = createEngine(process.env);
  const { cwd, file } = loadOptions(options);
  const root = projectRoot(cwd, file);
  const container = await findContainer(engine, root, signal);
  if (container === undefined) {
    throw new SygaldryError("SYG-NO-CONTAINER", `there is no container for ${root}`, {
      next: "Run `sygaldry up`.",
    });
  }
  const lines = lineCount(options.lines);
  await engine.logs(
    container.id,
    {
      follow: options.follow ?? false,
      stdout: process.stdout,
      stderr: process.stderr,
      ...(lines === undefined ? {} : { lines }),
    },
    signal,
  );
  return 0;
}

async function buildLog(options: LogsOptions, signal: AbortSignal): Promise<number> {
  const output = createOutput(outputOptions(options));
  const session = await openSession(createToolkit(output), {
    ...loadOptions(options),
    probeBuilder: false,
    signal,
  });
  const file = await newestRecord(path.join(session.projectStorage, "logs"));
  if (file === undefined) {
    throw new SygaldryError("SYG-FILE", "nothing was built or started yet", { next: "Run `sygaldry up`." });
  }
  output.info(file);
  await pipeline(createReadStream(file), process.stdout, { end: false });
  return 0;
}

function lineCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]+$/.test(text))
    throw new SygaldryError("SYG-USAGE", `--lines ${text}: expected a number`, {
      next: "Write --lines 100.",
    });
  return Number(text);
}
