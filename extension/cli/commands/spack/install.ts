import { isCancellation, SygaldryError } from "../../../core/base/errors.ts";
import { type CacheSetting, cacheSetting, urlSecrets } from "../../../core/spack/run/cache-setting.ts";
import type { InstallOptions } from "../../../core/spack/run/commands.ts";
import type { InstallEvent } from "../../../core/spack/run/events.ts";
import { installEnvironment } from "../../../core/spack/run/install.ts";
import type { InstallProgress, PackageProgress } from "../../../core/spack/run/install-progress.ts";
import { installView } from "../../install-view.ts";
import { outputOptions } from "../../options.ts";
import { createOutput } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { standardOutput } from "../../standard-streams.ts";
import { chooseEnvironment, requireLock } from "./context.ts";
import {
  installedHashes,
  openSpack,
  readPlace,
  type SpackPlace,
  sharedCache,
  siteVariables,
} from "./place.ts";

export interface InstallCommandOptions extends SiteOptions {
  readonly jobs?: number;
  readonly concurrent?: number;
  readonly cache?: "auto" | "only" | "never";
  readonly failFast?: boolean;
  readonly keepStage?: boolean;
  /** One JSON object a line on stdout for every event; the last is the result. */
  readonly events?: boolean;
}

/** Installs what the lock holds. What comes after `--` goes to `spack install`. */
export async function install(
  options: InstallCommandOptions,
  operands: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  // `install -- --overwrite`: what looks like an option is none of an environment.
  const named = operands[0]?.startsWith("-") !== true;
  const [name, more] = named ? [operands[0], operands.slice(1)] : [undefined, operands];
  const output = createOutput(outputOptions(options));
  const environment = await chooseEnvironment(options, name, signal);
  const place = await openSpack(options, environment, output);
  const read = await readPlace(options, environment, output, signal);
  const { lock } = await requireLock(environment, signal);
  const from = await cacheOf(options, place, signal);
  const view = installView(outputOptions(options));
  const timer = process.stderr.isTTY ? setInterval(view.redraw, 100) : undefined;
  const state: { progress?: InstallProgress } = {};
  const onEvent = (event: InstallEvent, progress: InstallProgress) => {
    state.progress = progress;
    view.update(event, progress);
    if (options.events) standardOutput().write(`${JSON.stringify(event)}\n`);
  };
  try {
    await installEnvironment(
      place.site,
      {
        ...{ spack: place.program, environment: place.environment, lock, onEvent },
        ...installOptions(options, more, from),
        installed: (asked) => installedHashes(read, asked),
      },
      { signal, secrets: urlSecrets(from?.url ?? "") },
    );
  } catch (error) {
    throw isCancellation(error) ? error : explained(error, state.progress);
  } finally {
    clearInterval(timer);
    view.end();
  }
  const { progress } = state;
  const result = { environment: environment.name, ...summary(progress) };
  if (options.events) standardOutput().write(`${JSON.stringify({ kind: "result", ...result })}\n`);
  else output.result(result, `${environment.name}: ${result.installed.length} installed`);
  return 0;
}

/** The project's build cache, unless none is wanted. */
async function cacheOf(
  { cache }: InstallCommandOptions,
  place: SpackPlace,
  signal: AbortSignal,
): Promise<CacheSetting | undefined> {
  if (cache === "never") return undefined;
  return cacheSetting(await siteVariables(place, signal), sharedCache(place));
}

function installOptions(
  options: InstallCommandOptions,
  more: readonly string[],
  from: CacheSetting | undefined,
): InstallOptions {
  const { jobs, concurrent, cache, failFast, keepStage, verbose } = options;
  return {
    ...{ more, ...(from === undefined ? {} : { from }) },
    ...(jobs === undefined ? {} : { jobs }),
    ...(concurrent === undefined ? {} : { concurrent }),
    ...(cache === undefined ? {} : { cache }),
    ...(failFast === undefined ? {} : { failFast }),
    ...(keepStage === undefined ? {} : { keepStage }),
    ...(verbose === undefined ? {} : { verbose }),
  };
}

/** Spack's failure with what failed: why, the lines of the log that Spack points at, and where the log is. */
function explained(error: unknown, progress: InstallProgress | undefined): unknown {
  if (!(error instanceof SygaldryError) || error.code !== "SYG-SPACK") return error;
  const failed = packagesIn(progress, "failed");
  const [first] = failed;
  if (first === undefined) return error;
  const text = failed.map(({ package: id, failure }) => {
    const cited = (failure?.excerpt ?? []).map(
      ({ text: line, marked }) => `${marked ? " >>" : "   "} ${line}`,
    );
    return [`${id.name}@${id.version}: ${failure?.why ?? ""}`, ...cited].join("\n");
  });
  return new SygaldryError("SYG-SPACK", `${failed.length} of the packages failed\n${text.join("\n")}`, {
    cause: error,
    ...(first.failure?.log === undefined ? {} : { next: `Read the whole log: ${first.failure.log}` }),
    data: summary(progress),
  });
}

function summary(progress: InstallProgress | undefined) {
  const plain = ({ package: id, from, seconds, prefix }: PackageProgress) => ({
    ...{ name: id.name, version: id.version, hash: id.hash, from: from ?? null },
    ...{ seconds: seconds ?? null, prefix: prefix ?? null },
  });
  return {
    installed: packagesIn(progress, "installed").map(plain),
    failed: packagesIn(progress, "failed").map((one) => ({
      ...plain(one),
      ...{ why: one.failure?.why ?? "", log: one.failure?.log ?? null, excerpt: one.failure?.excerpt ?? [] },
    })),
    skipped: packagesIn(progress, "skipped").map(plain),
  };
}

/** In the order in which they ended. */
function packagesIn(
  progress: InstallProgress | undefined,
  wanted: PackageProgress["state"],
): readonly PackageProgress[] {
  return [...(progress?.packages.values() ?? [])]
    .filter(({ state }) => state === wanted)
    .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
}
