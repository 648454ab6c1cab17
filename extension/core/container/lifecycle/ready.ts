import { Writable } from "node:stream";
import { SygaldryError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { ContainerEngine, ContainerSummary } from "../engine.ts";

/** Seconds that a container gets to make its mounts usable. */
const patience = 30;

/**
 * Waits until start.sh of a container that was just started has made its mounts usable, so that the first command can
 * write there; warns when that takes too long. Throws SYG-UP when the container has ended instead.
 */
export async function waitUntilReady(
  engine: ContainerEngine,
  container: Pick<ContainerSummary, "id">,
  log: Log,
  signal?: AbortSignal,
): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    const exitCode = await engine.exec(
      container.id,
      {
        ...{ argv: ["/bin/sh", "-c", script], user: "0", workingDirectory: "/", environment: [] },
        ...{ tty: false, stdin: undefined, stdout: nowhere, stderr: nowhere },
      },
      signal,
    );
    if (exitCode !== 0) {
      log.warn(
        `the container's start.sh is still at work after ${patience} s: mounts may not be writable yet (\`sygaldry logs\` has what it says).`,
      );
    }
  } catch (error) {
    if (!(error instanceof SygaldryError) || error.code !== "SYG-NO-CONTAINER") throw error;
    throw new SygaldryError("SYG-UP", "the container ended right after its start", {
      cause: error,
      next: "See why with `sygaldry logs`, then run `sygaldry up` again.",
    });
  }
}

/** start.sh names the start it served: the file outlives the container's stop, the start time of process 1 does not. */
const script = `
  read -r boot </proc/sys/kernel/random/boot_id
  read -r stat </proc/1/stat
  set -- \${stat##*) }
  tries=0
  until [ "$(cat /run/sygaldry-ready 2>/dev/null)" = "$boot \${20}" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt ${patience * 20} ] || exit 1
    sleep 0.05
  done`;
