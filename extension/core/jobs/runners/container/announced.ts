import { Transform, type TransformCallback } from "node:stream";
import { entryOf, type ProcessEntry } from "../process/process-table.ts";

/**
 * Says first of all, on stderr, which process it is in its container (proc_pid_stat(5)), and becomes the command when a line
 * comes on stdin. When nobody is there any more to write one, it ends: nothing runs that no status file tells of.
 */
export function announcing(argv: readonly string[]): readonly string[] {
  const script =
    'read -r line <"/proc/$$/stat" && printf "%s\\n" "$line" >&2; read -r go && exec "$@" </dev/null';
  return ["/bin/sh", "-c", script, "sh", ...argv];
}

/** The stderr of an announcing command. */
export interface AnnouncedStderr {
  /** For whoever brings it. */
  readonly stream: Transform;
  /** The command's process; undefined when it never began. What it wrote after that comes out of the stream. */
  readonly process: Promise<ProcessEntry | undefined>;
}

/** More than a line of /proc/PID/stat ever has. */
const longest = 4096;

export function announcedStderr(): AnnouncedStderr {
  let found: (entry: ProcessEntry | undefined) => void = () => {};
  const process = new Promise<ProcessEntry | undefined>((resolve) => (found = resolve));
  let begun = Buffer.alloc(0);
  let told = false;
  /** What is no announcement is passed on: the engine, or what stands before the command, says why it did not begin. */
  const tell = (stream: Transform, end: number) => {
    told = true;
    const entry = entryOf(begun.toString("latin1", 0, end));
    found(entry);
    stream.push(entry === undefined ? begun : begun.subarray(end + 1));
  };
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (told) return done(null, chunk);
      begun = Buffer.concat([begun, chunk]);
      const end = begun.indexOf(10);
      if (end >= 0 || begun.length > longest) tell(stream, end);
      done();
    },
    flush(done) {
      if (!told) tell(stream, -1);
      done();
    },
  });
  return { stream, process };
}
