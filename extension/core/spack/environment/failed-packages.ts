import { messageOf } from "../../base/errors.ts";
import type { PathTranslation } from "../../site/paths.ts";
import type { LockNode } from "../lockfile/lockfile.ts";
import { readBuildLog } from "../store/build-log.ts";
import type { BuildFailure } from "../store/failures.ts";
import { type LogError, logErrors } from "../store/log-errors.ts";
import type { SpackEnvironment } from "./read-environment.ts";

/** A package whose last build failed, with what its log says. */
export interface FailedPackage {
  readonly node: LockNode;
  readonly failure: BuildFailure;
  /** At the site; undefined when no log is left. */
  readonly log: string | undefined;
  readonly errors: readonly LogError[];
  /** Why nothing is known of the log's content, where it is there. */
  readonly unreadable: string | undefined;
}

/** Reads the logs of an environment's failed builds. Throws what `signal` throws. */
export async function failedPackages(
  { packages }: SpackEnvironment,
  { paths, signal }: { readonly paths: PathTranslation; readonly signal?: AbortSignal },
): Promise<readonly FailedPackage[]> {
  const failed = packages.flatMap(({ node, state, failure }) =>
    state === "failed" && failure !== undefined ? [{ node, failure }] : [],
  );
  return Promise.all(
    failed.map(async ({ node, failure }) => {
      const log = failure.log.state === "there" ? failure.log.files.at(-1) : undefined;
      const nothing = { node, failure, log, errors: [], unreadable: undefined };
      if (log === undefined) return nothing;
      try {
        const text = await readBuildLog(log, { paths, ...(signal && { signal }) });
        return { ...nothing, errors: logErrors(text, { context: 2, limit: 5 }) };
      } catch (error) {
        signal?.throwIfAborted();
        return { ...nothing, unreadable: messageOf(error) };
      }
    }),
  );
}
