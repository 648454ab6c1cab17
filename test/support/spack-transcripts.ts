import { readFile } from "node:fs/promises";
import { z } from "zod";
import { inRepository } from "./paths.ts";

const record = z.union([
  z.tuple([z.number(), z.enum(["out", "err"]), z.string()]),
  z.tuple([z.literal("rc"), z.number()]),
  z.tuple([z.literal("sent"), z.string()]),
]);

interface Transcript {
  /** Pieces of output as they came, in order, with seconds since the start. */
  readonly pieces: readonly {
    readonly at: number;
    readonly stream: "stdout" | "stderr";
    readonly text: string;
  }[];
  readonly exitCode: number;
}

/** What a real Spack printed, recorded below test/fixtures/spack/transcripts. */
export async function spackTranscript(name: string): Promise<Transcript> {
  const file = inRepository("test/fixtures/spack/transcripts", `${name}.jsonl`);
  const records = (await readFile(file, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => record.parse(JSON.parse(line)));
  let exitCode = 0;
  const pieces = records.flatMap((entry) => {
    if (entry[0] === "rc") exitCode = entry[1];
    if (entry.length !== 3) return [];
    return [
      {
        at: entry[0],
        stream: entry[1] === "out" ? ("stdout" as const) : ("stderr" as const),
        text: entry[2],
      },
    ];
  });
  return { pieces, exitCode };
}

/** The same as whole lines; those of one stream are in order. */
export async function spackLines(
  name: string,
): Promise<readonly { readonly line: string; readonly stream: "stdout" | "stderr" }[]> {
  const { pieces } = await spackTranscript(name);
  const pending = { stdout: "", stderr: "" };
  const lines = pieces.flatMap(({ stream, text }) => {
    const parts = (pending[stream] + text).split("\n");
    pending[stream] = parts.pop() ?? "";
    return parts.map((line) => ({ line, stream }));
  });
  const rest = (["stdout", "stderr"] as const).filter((stream) => pending[stream] !== "");
  return [...lines, ...rest.map((stream) => ({ line: pending[stream], stream }))];
}
