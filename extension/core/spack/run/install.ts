import type { ProcessRunner } from "../../base/process.ts";
import { redactor } from "../../base/redact.ts";
import type { Lockfile, SpecHash } from "../lockfile/lockfile.ts";
import { type InstallOptions, installCommand, type SpackProgram } from "./commands.ts";
import type { InstallEvent, PackageId } from "./events.ts";
import { installParser } from "./install-parser.ts";
import { advance, type InstallProgress, startProgress } from "./install-progress.ts";
import { runSpack, type SpackResult, type SpackRunOptions, spackFailure } from "./run-spack.ts";

export interface InstallRequest extends InstallOptions {
  readonly spack: SpackProgram;
  readonly environment: string;
  readonly lock: Pick<Lockfile, "nodes">;
  /** The hashes that the store has now. Asked at the start, and from time to time while Spack says nothing. */
  readonly installed: (signal?: AbortSignal) => Promise<ReadonlySet<SpecHash>>;
  readonly onEvent?: (event: InstallEvent, progress: InstallProgress) => void;
  /** Milliseconds of silence after which the store is asked. Default 3000. */
  readonly silence?: number;
}

export interface InstallOutcome {
  readonly progress: InstallProgress;
  readonly result: SpackResult;
}

/**
 * Installs what an environment's lock holds and tells what happens. Throws SYG-SPACK when Spack fails (the outcome is
 * then in the error's data), SYG-CANCELLED after the whole process tree has ended.
 */
export async function installEnvironment(
  runner: ProcessRunner,
  request: InstallRequest,
  options: SpackRunOptions = {},
): Promise<InstallOutcome> {
  const before = await request.installed(options.signal);
  const follower = follow(request, before);
  const poller = pollWhenSilent(request, follower, options.signal);
  const command = installCommand(request.spack, request.environment, request);
  try {
    const result = await runSpack(runner, command, {
      ...options,
      onLine: (line, stream) => {
        poller.heard();
        options.onLine?.(line, stream);
        follower.tell(follower.parser.line(line, stream));
      },
    });
    follower.tell(follower.parser.end());
    if (result.exitCode === 0) return { progress: follower.progress(), result };
    throw spackFailure(command, result, redactor(options.secrets ?? []));
  } finally {
    await poller.stop();
  }
}

/** The packages that are neither installed nor external, which is what an install may have to do. */
function expectedPackages(
  { nodes }: Pick<Lockfile, "nodes">,
  installed: ReadonlySet<SpecHash>,
): readonly PackageId[] {
  return [...nodes.values()]
    .filter(({ hash, external }) => external === undefined && !installed.has(hash))
    .map(packageId);
}

/** Events are for other programs too: what else the lock knows is not theirs. */
function packageId({ name, version, hash }: PackageId): PackageId {
  return { name, version, hash };
}

/** Finds a package of a lock by its hash or the hash's first characters. */
function lockPackages({ nodes }: Pick<Lockfile, "nodes">): (hash: string) => PackageId | undefined {
  const packages = new Map([...nodes].map(([hash, node]) => [hash, packageId(node)]));
  return (hash) => packages.get(hash) ?? [...packages.values()].find((one) => one.hash.startsWith(hash));
}

interface Follower {
  readonly parser: ReturnType<typeof installParser>;
  readonly tell: (events: readonly InstallEvent[]) => void;
  readonly progress: () => InstallProgress;
}

function follow(request: InstallRequest, before: ReadonlySet<SpecHash>): Follower {
  const { lock, onEvent } = request;
  let progress = startProgress(expectedPackages(lock, before));
  return {
    parser: installParser(lockPackages(lock)),
    progress: () => progress,
    tell: (events) => {
      for (const event of events) {
        progress = advance(progress, event, Date.now());
        onEvent?.(event, progress);
      }
    },
  };
}

/** What the store has got without a word of Spack counts as installed, from wherever. */
function pollWhenSilent(request: InstallRequest, follower: Follower, signal: AbortSignal | undefined) {
  const { silence = 3_000 } = request;
  let asking: Promise<void> = Promise.resolve();
  const ask = async () => {
    try {
      const installed = await request.installed(signal);
      follower.tell(unreported(follower.progress(), installed));
    } catch {
      // The store is being written, or is gone: the next time, or Spack, will tell.
    }
  };
  let timer = setTimeout(poll, silence);
  function poll(): void {
    asking = ask().finally(() => {
      timer = setTimeout(poll, silence);
    });
  }
  return {
    heard: () => void timer.refresh(),
    stop: async () => {
      clearTimeout(timer);
      await asking;
      clearTimeout(timer);
    },
  };
}

function unreported(progress: InstallProgress, installed: ReadonlySet<SpecHash>): readonly InstallEvent[] {
  return [...progress.packages.values()]
    .filter(
      ({ package: { hash }, state }) => installed.has(hash) && (state === "waiting" || state === "running"),
    )
    .map(({ package: id, from }) => ({
      ...({ kind: "installed", package: id, from, phases: {} } as const),
      ...{ seconds: undefined, prefix: undefined },
    }));
}
