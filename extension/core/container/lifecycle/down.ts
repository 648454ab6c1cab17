import { SygaldryError } from "../../base/errors.ts";
import type { ContainerSummary } from "../engine.ts";
import type { Toolkit } from "../toolkit.ts";
import { findContainer } from "./find.ts";

export interface DownOptions {
  readonly root: string;
  readonly remove: boolean;
  /** With `remove`: its named volumes too. Folders of the host are never removed. */
  readonly volumes: boolean;
  readonly signal?: AbortSignal;
}

export interface DownResult {
  /** Undefined when there was none. */
  readonly container: ContainerSummary | undefined;
  readonly removed: boolean;
  readonly removedVolumes: readonly string[];
}

/** Seconds that processes get to end before they are killed. */
const grace = 10;

/** Stops the checkout's container, and removes it when asked. Nothing to stop is no error. */
export async function down(toolkit: Pick<Toolkit, "engine">, options: DownOptions): Promise<DownResult> {
  const { engine } = toolkit;
  if (options.volumes && !options.remove) {
    throw new SygaldryError("SYG-USAGE", "--volumes goes with --remove", {
      next: "Run `sygaldry down --remove --volumes`.",
    });
  }
  const container = await findContainer(engine, options.root, options.signal);
  if (container === undefined) return { container, removed: false, removedVolumes: [] };
  const details = await engine.inspectContainer(container.id, options.signal);
  if (container.state === "running" || container.state === "paused" || container.state === "restarting") {
    await engine.stopContainer(container.id, grace, options.signal);
  }
  if (!options.remove) return { container, removed: false, removedVolumes: [] };
  await engine.removeContainer(container.id, options.signal);
  const volumes = options.volumes
    ? (details?.mounts ?? []).filter((mount) => mount.type === "volume").map((mount) => mount.source)
    : [];
  for (const volume of volumes) await engine.removeVolume(volume, options.signal);
  return { container, removed: true, removedVolumes: volumes };
}
