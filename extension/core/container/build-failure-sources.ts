import { SygaldryError } from "../base/errors.ts";
import type { Failure } from "./build-failures.ts";

/** Failures to get something from outside: the base image, pinned downloads, packages of the distribution. */

/** The base image cannot be pulled or resolved. */
export function baseImageFailure(failure: Failure): SygaldryError | undefined {
  const image = missingImage(failure);
  if (image === undefined) return undefined;
  const reason = failure.progress.log.findLast((line) => pullFailed.test(line));
  const why = reason?.replace(
    /^(?:ERROR: |Error response from daemon: |failed to solve(?: with \S+ \S+)?: )+/g,
    "",
  );
  return new SygaldryError(
    "SYG-BASE-IMAGE",
    [`the image ${image} cannot be had`, ...(why ? [why] : [])].join("\n"),
    {
      next:
        "Check image.base in sygaldry.yaml, or set mirrors.registry to a registry that this machine reaches. Without one, " +
        "`image.base: debootstrap:<suite>` makes the base from the distribution's own mirror: see " +
        "examples/restricted-network/sygaldry.yaml.",
      data: { image },
    },
  );
}

const pullFailed =
  /no such host|pull access denied|manifest (?:for .*|unknown)|not found|unauthorized|toomanyrequests|failed to (?:do request|resolve)|dial tcp|TLS handshake|timeout|connection refused|invalid reference/i;

function missingImage({ message, step, progress }: Failure): string | undefined {
  const pulled = /^Command failed: \S+ pull (\S+)$/.exec(message)?.[1];
  if (pulled !== undefined) return pulled;
  if (step?.id.startsWith("build") !== true || step.exitCode !== undefined) return undefined;
  const from =
    /^load metadata for (\S+)$/.exec(step.name) ?? /^(?:\S+: )?FROM (?:--\S+ )*(\S+)/i.exec(step.name);
  if (from === null || !progress.log.slice(-12).some((line) => pullFailed.test(line))) return undefined;
  return from[1]?.replace(/^docker\.io\/(?:library\/)?/, "");
}

/** `sygaldry: error[SYG-FETCH-…]` printed inside the build by container/image/fetch.sh; its text says all. */
export function downloadFailure({ step }: Failure): SygaldryError | undefined {
  const lines = step?.lines ?? [];
  const start = lines.findLastIndex((line) => /^sygaldry: error\[SYG-FETCH-(?!APT)[A-Z-]+\]: /.test(line));
  if (start < 0) return undefined;
  const after = lines.slice(start + 1);
  const length = after.findIndex((line) => !/^ {2,}\S/.test(line));
  const block = length < 0 ? after : after.slice(0, length);
  const next = block.findIndex((line) => /^ +next: /.test(line));
  const details = next < 0 ? block : block.slice(0, next);
  const advice = next < 0 ? [] : block.slice(next).map((line) => line.trim().replace(/^next: /, ""));
  const [, kind = "", what = ""] = /\[(SYG-FETCH-[A-Z-]+)\]: (.*)$/.exec(lines[start] ?? "") ?? [];
  return new SygaldryError("SYG-DOWNLOAD", [what, ...details].join("\n"), {
    ...(advice.length === 0 ? {} : { next: sentence(advice.join(" ")) }),
    data: { kind },
  });
}

/** apt-get failed; says whether the mirror could not be reached or the package is not there. */
export function aptFailure({ step }: Failure): SygaldryError | undefined {
  if (step === undefined || step.exitCode === undefined) return undefined;
  const failed = step.lines.some((line) => /^E: |^sygaldry: error\[SYG-FETCH-APT\]: /.test(line));
  if (!failed) return undefined;
  const said = step.lines
    .map((line) => line.replace(/^sygaldry: error\[SYG-FETCH-APT\]: /, ""))
    .filter((line) => /^(?:E|W|Err:\d+)[: ]|^apt-get /.test(line) || unreachable.test(line));
  const lines = [...new Set(said.map((line) => line.trim()))].slice(0, 10);
  return new SygaldryError("SYG-BUILD", ["apt failed", ...lines].join("\n"), {
    next: lines.some((line) => unreachable.test(line))
      ? "Check the network, or set mirrors.apt in sygaldry.yaml to a mirror of the distribution that this machine reaches."
      : "Check apt.packages in sygaldry.yaml: the distribution of image.base must have them under these names.",
  });
}

const unreachable =
  /Could not connect|Unable to connect|Could not resolve|Temporary failure resolving|Connection (?:failed|timed out|refused)|Failed to fetch|Some index files failed|does not have a Release file|package lists cannot be fetched/i;

function sentence(text: string): string {
  const trimmed = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
