import { access } from "node:fs/promises";
import { SygaldryError } from "../../base/errors.ts";
import type { ContainerPlan } from "../plan.ts";

/**
 * Throws SYG-CONFIG-HOST for the first of the configuration's mounts whose source this host lacks. The engine would say so
 * too, but only when the old container is gone.
 */
export async function requireMountSources({
  mode,
  mounts,
}: Pick<ContainerPlan, "mode" | "mounts">): Promise<void> {
  if (mode !== "host") return;
  for (const { source, target, storage } of mounts) {
    if (storage || source.includes("${")) continue;
    try {
      await access(source);
    } catch (cause) {
      throw new SygaldryError(
        "SYG-CONFIG-HOST",
        `mounts: ${source} (for ${target}) is not there, or not to be seen by this user`,
        {
          cause,
          next: "Make it, or correct mounts in sygaldry.yaml.",
        },
      );
    }
  }
}
