/** Characters that are kept; Bazel's errors are told first. */
const keep = 4 * 1024 * 1024;

/** Of what Bazel writes to stderr the errors, with the lines that belong to them. The rest may be gigabytes of progress. */
export function errorText(): { readonly take: (text: string) => void; readonly text: () => string } {
  let kept = "";
  let pending = "";
  let inside = false;
  return {
    take(text) {
      const lines = (pending + text).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) {
        const level = outputLevel(line);
        if (level !== undefined) inside = level === "ERROR" || level === "FATAL";
        if (inside && kept.length < keep) kept += `${line}\n`;
      }
    },
    text: () => kept + (inside || /^(ERROR|FATAL)/.test(pending) ? pending : ""),
  };
}

/** The word that a message of Bazel's begins with; undefined for a line that goes on. */
export function outputLevel(line: string): string | undefined {
  return /^(?:\([\d:. ]+\) )?(ERROR|FATAL|WARNING|INFO|DEBUG|FAILED|SUBCOMMAND|Loading|Analyzing|Starting|Computing|\[[\d,]+ \/)/.exec(
    line,
  )?.[1];
}
