import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import type { Site } from "../../site/site.ts";
import { type BazelVersion, parseBazelVersion, requireSupported } from "./version.ts";

/** The Bazel of a workspace at a site. */
export interface BazelProgram {
  readonly program: string;
  readonly version: BazelVersion;
  /** What .bazelversion asks for; only Bazelisk heeds it. */
  readonly wanted: string | undefined;
}

/**
 * The `bazel` or else `bazelisk` on the site's PATH. Throws SYG-TOOL-MISSING when neither is there, SYG-BAZEL-VERSION when
 * it is too old or too new, SYG-BAZEL when it does not work.
 */
export async function findBazel(site: Site, root: string, signal?: AbortSignal): Promise<BazelProgram> {
  const wanted = await wantedVersion(root);
  for (const program of ["bazel", "bazelisk"]) {
    const version = await askVersion(site, program, root, signal);
    if (version === undefined) continue;
    requireSupported(version, program);
    return { program, version, wanted };
  }
  const where = site.kind === "container" ? "in the project's container" : "on PATH";
  throw new SygaldryError("SYG-TOOL-MISSING", `there is neither bazel nor bazelisk ${where}`, {
    next:
      site.kind === "local"
        ? "Install Bazelisk (https://github.com/bazelbuild/bazelisk), or use --scan, which reads the BUILD files alone."
        : "Have it installed there (tools.bazel in sygaldry.yaml), then run `sygaldry up`; --scan works without it.",
  });
}

/** The first word of .bazelversion, as Bazelisk reads it. */
async function wantedVersion(root: string): Promise<string | undefined> {
  const text = await readTextIfExists(path.join(root, ".bazelversion"));
  return text?.trim().split(/\s+/)[0] || undefined;
}

async function askVersion(
  site: Site,
  program: string,
  root: string,
  signal: AbortSignal | undefined,
): Promise<BazelVersion | undefined> {
  const command = { command: program, args: ["--version"], cwd: site.paths.site(root) };
  const result = await site.run(command, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    if (error instanceof SygaldryError && error.code === "SYG-TOOL-MISSING") return undefined;
    throw error;
  });
  if (result === undefined) return undefined;
  const version = result.exitCode === 0 ? parseBazelVersion(result.stdout) : undefined;
  if (version !== undefined) return version;
  const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-12).join("\n");
  throw new SygaldryError(
    "SYG-BAZEL",
    `${program} --version exited with ${result.exitCode}\n${said}`.trimEnd(),
    {
      next: "Bazelisk downloads the version of .bazelversion: see whether it can. --scan works without Bazel.",
      data: { exitCode: result.exitCode },
    },
  );
}
