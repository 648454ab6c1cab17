import { isPassed, type TestedTarget } from "../../../core/bazel/events/build.ts";
import { readEnd } from "../../../core/bazel/events/follow-build.ts";

/** Bytes of a log that are read, and how many tests of a build. */
const [bytes, most] = [8 * 1024, 100];

/** The ends of the logs of the attempts that failed, by the site's path of the log. */
export async function readLogs(
  tests: readonly TestedTarget[],
  local: (sitePath: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const wanted = tests
    .filter(({ status }) => status !== "PASSED")
    .slice(0, most)
    .flatMap(({ attempts }) => attempts.filter(({ status }) => !isPassed(status)))
    .flatMap(({ log }) => log ?? []);
  const read = await Promise.all(
    wanted.map(async (log) => [log, await readEnd(local(log), bytes).catch(() => "")] as const),
  );
  return new Map(read.filter(([, text]) => text !== ""));
}
