import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
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
import { standardError, standardOutput } from "../standard-streams.ts";
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
  const lines = lineCount(options.lines);
  if (!options.build) return containerLog(options, lines, signal);
  if (options.follow) {
    throw new SygaldryError("SYG-USAGE", "--follow is for the container's own output", {
      next: "Leave out --build or --follow.",
    });
  }
  return buildLog(options, lines, signal);
}

async function containerLog(
  options: LogsOptions,
  lines: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  const engine = createEngine(process.env);
  const { cwd, file } = loadOptions(options);
  const root = projectRoot(cwd, file);
  const container = await findContainer(engine, root, signal);
  if (container === undefined) {
    throw new SygaldryError("SYG-NO-CONTAINER", `there is no container for ${root}`, {
      next: "Run `sygaldry up`.",
    });
  }
  await engine.logs(
    container.id,
    {
      follow: options.follow ?? false,
      stdout: standardOutput(),
      stderr: standardError(),
      ...(lines === undefined ? {} : { lines }),
    },
    signal,
  );
  return 0;
}

async function buildLog(
  options: LogsOptions,
  lines: number | undefined,
  signal: AbortSignal,
): Promise<number> {
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
  if (lines === undefined) await pipeline(createReadStream(file), standardOutput(), { end: false });
  else standardOutput().write(lastLines(await readFile(file, "utf8"), lines));
  return 0;
}

function lastLines(text: string, count: number): string {
  const all = text.split(/(?<=\n)/);
  return all.slice(Math.max(0, all.length - count)).join("");
}

function lineCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]+$/.test(text))
    throw new SygaldryError("SYG-USAGE", `--lines ${text}: expected a number`, {
      next: "Write --lines 100.",
    });
  return Number(text);
}
