import { SygaldryError } from "../../core/base/errors.ts";
import { execCommand } from "./exec.ts";
import { runUp, type UpCommandOptions } from "./up.ts";

interface LaunchOptions extends UpCommandOptions {
  readonly entrypoint?: string;
}

/** `up`, then the command; without one the entrypoint `default`, which is a login shell. */
export async function launch(
  options: LaunchOptions,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const entrypoint = options.entrypoint ?? "default";
  if (!/^[a-z0-9][a-z0-9_-]*$/i.test(entrypoint)) {
    throw new SygaldryError(
      "SYG-USAGE",
      `--entrypoint ${JSON.stringify(entrypoint)}: expected the name of a script, without folders and .sh`,
      {
        next: "Choose default, spack-install, spack-build, uv-install, hf-download, run-job or verify-gpu.",
      },
    );
  }
  await runUp({ ...options, quiet: options.quiet ?? false }, signal);
  if (entrypoint === "default" && args.length > 0) return execCommand(options, args);
  return execCommand(options, [
    "/bin/sh",
    "-c",
    entrypointScript,
    "sygaldry-entrypoint",
    entrypoint,
    ...args,
  ]);
}

/** The repository's own script of that name comes first, then the one in the image. */
const entrypointScript = [
  "name=$1; shift",
  'for folder in "${SYGALDRY_WORKSPACE:-/workspace}/container/entrypoints" /usr/local/lib/sygaldry/runtime/entrypoints; do',
  '  if [ -f "$folder/$name.sh" ]; then exec bash "$folder/$name.sh" "$@"; fi',
  "done",
  'echo "sygaldry: error: there is no entrypoint $name; the image has:" $(cd /usr/local/lib/sygaldry/runtime/entrypoints && ls | sed -n "s/\\.sh$//p" | grep -v lib) >&2',
  "exit 2",
].join("\n");
