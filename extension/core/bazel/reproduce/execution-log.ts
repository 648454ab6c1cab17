import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import * as z from "zod";
import { SygaldryError } from "../../base/errors.ts";
import { collectLines } from "../../base/lines.ts";
import { decoded } from "../decoded.ts";

/** An action that Bazel ran, as its execution log tells. */
export interface LoggedAction {
  readonly mnemonic: string;
  readonly label: string | undefined;
  /** Of the command line, the environment and the platform. */
  readonly command: string;
  /** Of the paths and contents of all inputs. */
  readonly inputs: string;
  readonly outputs: ReadonlyMap<string, LoggedOutput>;
}

export interface LoggedOutput {
  /** Of its content, or where the link leads. */
  readonly digest: string;
  readonly size: number;
}

/** Of the text, which may be gigabytes, nothing is wanted at the end. */
const keptCharacters = 1;

/**
 * The actions of a log that `--execution_log_json_file` wrote (SpawnExec of Bazel's spawn.proto as JSON, one object after
 * another without commas; Bazel 6.4 to 9), by the files that they were to make. The log is read as a stream, and of the
 * inputs a digest is kept. Throws SYG-BAZEL for what is no such log.
 */
export async function readExecutionLog(
  file: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, LoggedAction>> {
  const actions = new Map<string, LoggedAction>();
  let pending: string[] = [];
  let failed: unknown;
  const finish = () => {
    const text = pending.join("\n");
    pending = [];
    if (text.trim() === "" || failed !== undefined) return;
    try {
      const spawn = spawnExec.parse(JSON.parse(text));
      actions.set(keyOf(spawn), toAction(spawn));
    } catch (error) {
      failed = error;
    }
  };
  const stream = createReadStream(file, signal === undefined ? {} : { signal });
  const ended = new Promise<void>((resolve, reject) => stream.once("close", resolve).once("error", reject));
  collectLines(
    stream,
    (line) => {
      // Only an object's own brackets stand at the left; the next begins on the line where it ends.
      if (!line.startsWith("}")) return void pending.push(line);
      pending.push("}");
      finish();
      if (line.length > 1) pending.push(line.slice(1));
    },
    keptCharacters,
  );
  await ended;
  finish();
  if (failed === undefined) return actions;
  throw new SygaldryError("SYG-BAZEL", `${file} is no execution log that is known`, { cause: failed });
}

const text = z.string().default("");
const entry = z.object({
  path: z.string(),
  symlinkTargetPath: text,
  digest: z.object({ hash: text, sizeBytes: z.coerce.number().default(0) }).optional(),
});
const spawnExec = z.object({
  commandArgs: z.array(z.string()).default([]),
  environmentVariables: z.array(z.object({ name: text, value: text })).default([]),
  platform: z.unknown(),
  inputs: z.array(entry).default([]),
  listedOutputs: z.array(z.string()).default([]),
  actualOutputs: z.array(entry).default([]),
  mnemonic: text,
  targetLabel: text,
});

type SpawnExec = z.infer<typeof spawnExec>;

/** No two actions of a build make one file; what may run twice for it (tests, linking in two steps) differs in these. */
function keyOf({ mnemonic, listedOutputs, targetLabel }: SpawnExec): string {
  return JSON.stringify([mnemonic, targetLabel, [...listedOutputs].sort()]);
}

function toAction(spawn: SpawnExec): LoggedAction {
  const { commandArgs, environmentVariables, platform, inputs, actualOutputs } = spawn;
  const content = ({ path, digest, symlinkTargetPath }: z.infer<typeof entry>) =>
    [path, digest?.hash ?? "", symlinkTargetPath] as const;
  return {
    mnemonic: spawn.mnemonic,
    label: spawn.targetLabel === "" ? undefined : decoded(spawn.targetLabel),
    command: digestOf([commandArgs, environmentVariables, platform]),
    inputs: digestOf(inputs.map(content).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
    outputs: new Map(
      actualOutputs.map((each) => [
        decoded(each.path),
        { digest: each.digest?.hash || `→ ${each.symlinkTargetPath}`, size: each.digest?.sizeBytes ?? 0 },
      ]),
    ),
  };
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
