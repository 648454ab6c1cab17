/**
 * stdout. Ends the process as Unix tools do (141) when the reader goes (`sygaldry config | head -1`). Opened when it is first
 * asked for, since that takes milliseconds.
 */
export function standardOutput(): NodeJS.WriteStream {
  if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", endWithReader);
  return process.stdout;
}

/** stderr: the log, which may lose its reader. */
export function standardError(): NodeJS.WriteStream {
  if (process.stderr.listenerCount("error") === 0) process.stderr.on("error", () => {});
  return process.stderr;
}

function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(141);
  standardError().write(`error[SYG-FILE]: the output cannot be written: ${error.message}\n`);
  process.exit(1);
}
