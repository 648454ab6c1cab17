import { SygaldryError } from "../core/base/errors.ts";
import { type Environment, environmentOverrides } from "../core/project/overrides.ts";
import { type ReadConfig, readConfig } from "../core/project/read-config.ts";
import type { LanguageDocument } from "./documents.ts";

/** Something that `sygaldry config` would say of this file. */
interface ConfigProblem {
  readonly offset: number;
  readonly length: number;
  /** As the CLI prints it, without the place. */
  readonly message: string;
}

export interface SygaldryAnalysis {
  readonly document: LanguageDocument;
  /** Undefined when it is not valid. */
  readonly read: ReadConfig | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** The configuration as the CLI would load it, with the texts that are open in place of those on the disk. */
export async function analyseSygaldry(
  document: LanguageDocument,
  environment: Environment,
  open: (file: string) => string | undefined,
): Promise<SygaldryAnalysis> {
  try {
    const read = await readConfig(document.file, environmentOverrides(environment), open);
    return { document, read, problems: [] };
  } catch (error) {
    if (!(error instanceof SygaldryError)) throw error;
    return { document, read: undefined, problems: problemsOf(error, document) };
  }
}

/** The lines of the message that begin with a place, as all that name one do. */
function problemsOf({ message }: SygaldryError, document: LanguageDocument): readonly ConfigProblem[] {
  return message.split("\n").map((line) => {
    const [, file, row = "1", column = "1", text = line] = /^(.+?):(\d+):(\d+): (.*)$/.exec(line) ?? [];
    if (file !== document.file) return { offset: 0, length: 0, message: line };
    const offset = offsetOf(document.text, Number(row), Number(column));
    return { offset, length: wordLength(document.text, offset), message: text };
  });
}

/** Line and column count from 1, the column in UTF-16 units. */
function offsetOf(text: string, line: number, column: number): number {
  let start = text.startsWith("\ufeff") ? 1 : 0;
  for (let passed = 1; passed < line; passed += 1) {
    const end = text.indexOf("\n", start);
    if (end < 0) break;
    start = end + 1;
  }
  return Math.min(start + column - 1, text.length);
}

/** Of the key or value that begins there; of what spans lines, the first. */
function wordLength(text: string, offset: number): number {
  const rest = text.slice(offset, offset + 1000);
  return /^(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s:,\]}#][^:,\]}#\r\n]*)/.exec(rest)?.[0].trimEnd().length ?? 1;
}
