/** The end of what was fed, for the cause of a failure. */
export function lastLines(count = 20, width = 500): { feed(line: string): void; lines(): readonly string[] } {
  const kept: string[] = [];
  return {
    feed(line) {
      if (line.trim() === "") return;
      kept.push(line.length <= width ? line : `${line.slice(0, width)}…`);
      if (kept.length > count) kept.shift();
    },
    lines: () => kept,
  };
}
