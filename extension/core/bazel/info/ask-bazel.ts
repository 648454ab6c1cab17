import { SygaldryError } from "../../base/errors.ts";
import type { Site } from "../../site/site.ts";

/**
 * What `bazel info` says, in the user's own output base: its server is started when it does not run. Throws SYG-LOCKED when
 * a build is at work there, SYG-BAZEL when Bazel fails.
 */
export async function askBazel(
  site: Site,
  program: string,
  root: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const args = ["--noblock_for_lock", "info", "--color=no", "--curses=no"];
  const { exitCode, stdout, stderr } = await site.run(
    { command: program, args, cwd: site.paths.site(root) },
    { signal, endWith: "SIGINT", daemons: "stay" },
  );
  if (exitCode === 9 || (exitCode !== 0 && /another command|Another command/.test(stderr)))
    throw new SygaldryError("SYG-LOCKED", "another Bazel command is at work in this workspace", {
      next: "Leave out --start, or wait for its end.",
    });
  if (exitCode !== 0)
    throw new SygaldryError("SYG-BAZEL", `${program} info exited with ${exitCode}\n${lastLines(stderr)}`, {
      next: "Without --start what files tell is shown.",
      data: { exitCode },
    });
  return Object.fromEntries(
    stdout.split("\n").flatMap((line) => {
      const [, key, value] = /^([\w-]+): (.*)$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-6).join("\n");
}
