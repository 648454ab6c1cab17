/** An option of a .bazelrc, and of which command. */
export interface RcOption {
  /** `startup`, `common`, `build`, `build:ci` … */
  readonly command: string;
  readonly name: string;
  readonly value: string;
}

/**
 * The options of a .bazelrc in their order, `import` and `try-import` followed by `read` (undefined for a file that is not
 * there). `--name value` and `--name=value` are the same; a switch has an empty value.
 */
export async function rcOptions(
  text: string,
  read: (file: string) => Promise<string | undefined>,
  depth = 0,
): Promise<readonly RcOption[]> {
  const found: RcOption[] = [];
  for (const line of text.replace(/\\\r?\n/g, "").split(/\r?\n/)) {
    const [command = "", ...words] = splitWords(line);
    if (command === "import" || command === "try-import") {
      const imported = depth > 8 ? undefined : await read(words[0] ?? "");
      if (imported !== undefined) found.push(...(await rcOptions(imported, read, depth + 1)));
    } else found.push(...optionsOf(command, words));
  }
  return found;
}

function optionsOf(command: string, words: readonly string[]): readonly RcOption[] {
  return words.flatMap((word, index) => {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) return [];
    const next = words[index + 1];
    return [{ command, name, value: value ?? (next === undefined || next.startsWith("-") ? "" : next) }];
  });
}

/** Words as Bazel takes them: quotes of both kinds, `\` before a letter, `#` before a comment. */
function splitWords(line: string): readonly string[] {
  const found: string[] = [];
  for (const [part] of line.matchAll(
    /#.*$|(?:\\.|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[^\s"'\\#]|(?<=\S)#)+/g,
  )) {
    if (!part.startsWith("#"))
      found.push(part.replace(/\\(.)|["']/g, (_, letter: string | undefined) => letter ?? ""));
  }
  return found;
}

/** The value that counts of those for a build without a --config: the last. */
export function rcValue(
  options: readonly RcOption[],
  commands: readonly string[],
  name: string,
): string | undefined {
  return options.findLast((option) => option.name === name && commands.includes(option.command))?.value;
}
