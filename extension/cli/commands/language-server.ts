import { existsSync } from "node:fs";
import path from "node:path";
import { SygaldryError } from "../../core/base/errors.ts";
import type { CommonOptions } from "../options.ts";

/** A bundle of its own: no other command needs what it is made of. */
type Server = { readonly runLanguageServer: (signal: AbortSignal) => Promise<number> };

interface LanguageServerOptions extends CommonOptions {
  readonly stdio?: boolean;
}

export async function languageServer(
  { stdio }: LanguageServerOptions,
  _: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  if (stdio !== true) {
    throw new SygaldryError(
      "SYG-USAGE",
      "the language server is started by an editor, over stdin and stdout",
      {
        next: "Have the editor run `sygaldry language-server --stdio`; see docs/guide/editor.md.",
      },
    );
  }
  if (!existsSync(path.join(path.dirname(__filename), "language-server.cjs"))) {
    throw new SygaldryError(
      "SYG-TOOL-MISSING",
      "this sygaldry is the command of an image, which has no language server",
      {
        next: "Install the npm package or the extension where the editor runs.",
      },
    );
  }
  const { runLanguageServer } = require("./language-server.cjs") as Server;
  return runLanguageServer(signal);
}
