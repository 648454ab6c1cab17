import { existsSync } from "node:fs";
import type { ProcessRunner } from "../base/process.ts";
import type { Environment } from "../project/overrides.ts";
import { samePaths } from "./paths.ts";
import type { Site } from "./site.ts";

/** What every image of ours has, whatever became of the environment (sudo, ssh and `env -i` drop the image's). */
const imageMark = "/usr/local/lib/sygaldry/runtime/start.sh";

/** Whether this process runs in a container made from an image of ours. */
export function isInsideContainer(exists: (file: string) => boolean = existsSync): boolean {
  return exists(imageMark);
}

/** The site that this process itself is at: in the container, or on a machine with its own tools. */
export function hereSite(kind: "inside" | "local", runner: ProcessRunner, environment: Environment): Site {
  return {
    kind,
    paths: samePaths,
    run: (command, options) =>
      runner.run(
        command.env === undefined ? command : { ...command, env: { ...environment, ...command.env } },
        options,
      ),
  };
}
