/** Quotes one word for a POSIX shell, so that it arrives unchanged whatever it holds (NUL excepted). */
export function shellQuote(word: string): string {
  // As the first word `NAME=value` would be an assignment, and zsh expands a leading `=`.
  const plain = /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) && !/^([A-Za-z_][A-Za-z0-9_]*)?\+?=/.test(word);
  return plain ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One command line that a POSIX shell splits back into exactly these arguments. */
export function shellJoin(argv: readonly string[]): string {
  return argv.map(shellQuote).join(" ");
}
