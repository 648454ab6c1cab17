import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ContainerDetails } from "../../../core/container/engine.ts";

/**
 * What sygaldry.yaml's `secrets` gave a container: files in /run/secrets, those in its folder `env` variables of commands,
 * which no inspection of the container shows. None where their folder cannot be read from here.
 */
export function mountedSecrets({ mounts }: Pick<ContainerDetails, "mounts">): readonly string[] {
  const folder = mounts.find(({ target }) => target === "/run/secrets")?.source;
  return folder === undefined ? [] : [...filesIn(folder), ...filesIn(path.join(folder, "env"))];
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (!entry.isFile()) return [];
      const text = readFileSync(path.join(folder, entry.name), "utf8").trim();
      return text === "" ? [] : [text];
    });
  } catch {
    return [];
  }
}
