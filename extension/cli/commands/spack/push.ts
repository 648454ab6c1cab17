import { SygaldryError } from "../../../core/base/errors.ts";
import { redactor } from "../../../core/base/redact.ts";
import {
  type CacheSetting,
  cacheMirror,
  cacheSetting,
  cacheVariables,
  urlSecrets,
} from "../../../core/spack/run/cache-setting.ts";
import { type PushOptions, pushCommand } from "../../../core/spack/run/commands.ts";
import { type PushEvent, pushParser } from "../../../core/spack/run/push-parser.ts";
import { runSpack, spackFailure } from "../../../core/spack/run/run-spack.ts";
import { outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { chooseEnvironment } from "./context.ts";
import { openSpack, type SpackPlace, sharedCache, siteVariables } from "./place.ts";

export interface PushCommandOptions extends SiteOptions {
  /** Name of a configured mirror, path or URL; the project's build cache when absent. */
  readonly to?: string;
  readonly force?: boolean;
  readonly sign?: boolean | string;
  /** `false`: leave the cache's index as it is. */
  readonly index?: boolean;
  readonly buildDependencies?: boolean;
  readonly jobs?: number;
}

/** Pushes what an environment has installed to a build cache. */
export async function push(
  options: PushCommandOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const environment = await chooseEnvironment(options, name, signal);
  const place = await openSpack(options, environment, output);
  const target = await targetOf(options, place, signal);
  const secrets = urlSecrets(target.to?.url ?? target.mirror);
  const command = pushCommand(place.program, place.environment, target);
  const parser = pushParser();
  const events: PushEvent[] = [];
  const take = (found: readonly PushEvent[]) => {
    events.push(...found);
    for (const event of found) tell(output, event);
  };
  const onLine = (line: string, stream: "stdout" | "stderr") => take(parser.line(line, stream));
  const result = await runSpack(place.site, command, { signal, secrets, onLine });
  take(parser.end());
  if (result.exitCode !== 0) throw spackFailure(command, result, redactor(secrets));
  const pushed = events.flatMap((event) => (event.kind === "pushed" ? [event.package] : []));
  const selected = events.find((event) => event.kind === "selected");
  const shown = redactor(secrets)(target.to?.url ?? target.mirror);
  output.result(
    { environment: environment.name, cache: shown, pushed, selected: selected?.count ?? pushed.length },
    `${environment.name}: ${pushed.length} of ${selected?.count ?? pushed.length} packages pushed to ${shown}`,
  );
  return 0;
}

async function targetOf(
  options: PushCommandOptions,
  place: SpackPlace,
  signal: AbortSignal,
): Promise<PushOptions> {
  const { force, jobs, buildDependencies } = options;
  const more = {
    ...{ updateIndex: options.index ?? true },
    ...(force === undefined ? {} : { force }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(buildDependencies === undefined ? {} : { buildDependencies }),
  };
  if (options.to !== undefined) {
    return { ...more, mirror: options.to, ...(options.sign === undefined ? {} : { sign: options.sign }) };
  }
  const to = await projectCache(place, signal);
  return { ...more, mirror: cacheMirror, to, sign: options.sign ?? false };
}

async function projectCache(place: SpackPlace, signal: AbortSignal): Promise<CacheSetting> {
  const found = cacheSetting(await siteVariables(place, signal), sharedCache(place));
  if (found !== undefined) return found;
  throw new SygaldryError("SYG-USAGE", "there is no build cache to push to", {
    next: `Name one with --to, or set ${cacheVariables.url}.`,
  });
}

function tell(output: Output, event: PushEvent): void {
  switch (event.kind) {
    case "pushed":
      output.info(`✓ [${event.index}/${event.total}] ${event.package.name}@${event.package.version}`);
      break;
    case "failed":
      output.info(`✗ [${event.index}/${event.total}] ${event.package.name}@${event.package.version}`);
      break;
    case "reason":
      output.warn(`${event.package.name}@${event.package.version}: ${event.why}`);
      break;
    case "warning":
      // The first push makes the layout.
      if (/is missing layout\.json/.test(event.why)) output.debug(event.why);
      else output.warn(event.why);
      break;
    case "output":
      output.debug(event.line);
      break;
    // The result and the failure tell these.
    case "selected":
    case "complete":
    case "error":
  }
}
