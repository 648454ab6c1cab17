import type { OutputOptions } from "./output.ts";

export async function withProgress<T>(options: OutputOptions, run: (onProgress: (line: string) => void) => Promise<T>): Promise<T> {
  return run((line) => options.verbose && process.stderr.write(`${line}\n`));
}
