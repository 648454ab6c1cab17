import type { Log } from "../core/base/log.ts";
import { processRunner } from "../core/base/process.ts";
import type { LoadOptions } from "../core/project/config.ts";
import { findConfigFile } from "../core/project/root.ts";
import { containerSite } from "../core/site/container.ts";
import { hereSite, isInsideContainer } from "../core/site/here.ts";
import { mountTranslation } from "../core/site/mounts.ts";
import type { Site } from "../core/site/site.ts";
import { type CommonOptions, loadOptions } from "./options.ts";

export interface SiteOptions extends CommonOptions {
  /** This machine's own tools, although a container is configured. */
  readonly local?: boolean;
}

/**
 * Where this call's toolchain commands run: here inside the container; in the project's container where a sygaldry.yaml
 * is; else, and with --local, on this machine.
 */
export async function chooseSite(options: SiteOptions, log: Log): Promise<Site> {
  if (isInsideContainer()) return hereSite("inside", processRunner, process.env);
  const load = loadOptions(options);
  if (options.local === true || !isConfigured(load)) return hereSite("local", processRunner, process.env);
  // The schema takes longer to make than most commands without a configuration.
  const { projectMounts } = await import("../core/site/project-mounts.ts");
  const { root, mounts } = await projectMounts(load, process.env);
  log.debug(`toolchain commands run in the container of ${root}`);
  const exec: Parameters<typeof containerSite>[0] = async ({ signal, workingDirectory, ...command }) => {
    // Most commands only translate paths and never ask the engine.
    const [{ createEngine }, { execInContainer }] = await Promise.all([
      import("./engine.ts"),
      import("../core/container/lifecycle/exec.ts"),
    ]);
    return execInContainer(createEngine(process.env), {
      ...{ ...command, root, hostFolder: root, tty: false },
      ...(workingDirectory === undefined ? {} : { workingDirectory }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
  return containerSite(exec, await mountTranslation(mounts));
}

/** Whether there is a sygaldry.yaml; not whether it is right. */
export function isConfigured({ cwd, file }: LoadOptions): boolean {
  if (file !== undefined) return true;
  try {
    findConfigFile(cwd);
    return true;
  } catch {
    return false;
  }
}
