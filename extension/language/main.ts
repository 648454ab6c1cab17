import { version } from "sygaldry:assets";
import { serveStreams } from "./stdio.ts";

/** The language server's entry point, dist/language-server.cjs: the editor talks over stdin and stdout. Answers the exit code. */
export async function runLanguageServer(signal: AbortSignal): Promise<number> {
  const { stdin, stdout, env } = process;
  try {
    return await serveStreams(stdin, stdout, { environment: env, version, signal });
  } finally {
    // An open pipe would keep the process alive, whatever the editor said.
    stdin.destroy();
  }
}
