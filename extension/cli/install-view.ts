import pc from "picocolors";
import type { InstallEvent, PackageId } from "../core/spack/run/events.ts";
import type { InstallProgress, PackageProgress } from "../core/spack/run/install-progress.ts";
import { duration, liveLines, type ProgressStream, spinner } from "./live-lines.ts";
import type { OutputOptions } from "./output.ts";
import { standardError } from "./standard-streams.ts";

export interface InstallView {
  readonly update: (event: InstallEvent, progress: InstallProgress) => void;
  /** Draws the packages at work anew, for their spinners and times. */
  readonly redraw: () => void;
  readonly end: () => void;
}

/**
 * Shows an installation on stderr: each package that ends as one line, with its place in the whole, where it is from and
 * its time; in a terminal those at work below. Elsewhere also a line for each that begins. Nothing with --quiet.
 */
export function installView(
  options: OutputOptions,
  stream: ProgressStream = standardError(),
  now: () => number = Date.now,
): InstallView {
  if (options.quiet) return { update() {}, redraw() {}, end() {} };
  const live = liveLines(stream);
  let last: InstallProgress | undefined;
  const redraw = () => live.draw(working(last).map((one) => workingLine(one, now())));
  return {
    redraw,
    end: live.erase,
    update(event, progress) {
      last = progress;
      for (const line of eventLines(event, progress, options.verbose, stream.isTTY ?? false))
        live.print(line);
      redraw();
    },
  };
}

function working(progress: InstallProgress | undefined): readonly PackageProgress[] {
  return [...(progress?.packages.values() ?? [])].filter(({ state }) => state === "running").slice(0, 8);
}

function workingLine({ package: id, phase, from, startedAt }: PackageProgress, now: number): string {
  const time = startedAt === undefined ? "" : duration((now - startedAt) / 1000);
  const doing = phase ?? (from === "cache" ? "fetch" : "start");
  return `${spinner(now)} ${label(id)} ${doing} ${pc.dim(time)}`;
}

function eventLines(
  event: InstallEvent,
  progress: InstallProgress,
  verbose: boolean,
  terminal: boolean,
): readonly string[] {
  switch (event.kind) {
    case "started":
      // Told again as soon as Spack says where it is from.
      return terminal || event.from === undefined ? [] : [`  ${label(event.package)} ${origin(event.from)}`];
    case "phase":
      return verbose && !terminal ? [`  ${label(event.package)} ${event.phase}`] : [];
    case "installed":
      return [
        `${pc.green("✓")} ${count(progress)} ${label(event.package)} ${origin(event.from)} ${pc.dim(duration(event.seconds))}`.trimEnd(),
      ];
    case "failed":
      return [`${pc.red("✗")} ${label(event.package)} ${event.why.split("\n")[0]}`];
    case "skipped":
      return [
        `${pc.dim("-")} ${label(event.package)} ${pc.dim(`not tried, because ${event.because.name} failed`)}`,
      ];
    case "warning":
      return [`${pc.yellow("warning:")} ${event.why}`];
    case "output":
      return verbose ? [event.line] : [];
    default:
      return [];
  }
}

function count({ done, total }: InstallProgress): string {
  return pc.dim(`[${done}/${total}]`);
}

function label({ name, version }: PackageId): string {
  return `${name}@${version}`;
}

function origin(from: "source" | "cache" | undefined): string {
  return from === undefined ? "" : pc.dim(from === "cache" ? "from cache" : "from source");
}
