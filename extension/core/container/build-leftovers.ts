import { setTimeout as delay } from "node:timers/promises";
import type { BuildProgress } from "./build-progress.ts";
import type { ContainerEngine, ContainerSummary } from "./engine.ts";

export interface LeftoverOptions {
  /** As given to the devcontainers CLI, which labels the container with it. */
  readonly workspaceFolder: string;
  /** The run was cancelled: a container that it made goes, whatever its state. Else one that never started goes. */
  readonly cancelled: boolean;
}

/**
 * Removes exactly the containers that an unfinished run made and left: those of the legacy builder's steps (it removes
 * them only when the step succeeds) and the half-made dev container. Errors are not reported: the run's own matters.
 */
export async function removeLeftovers(
  engine: ContainerEngine,
  progress: BuildProgress,
  { workspaceFolder, cancelled }: LeftoverOptions,
): Promise<void> {
  const made =
    progress.created === undefined
      ? []
      : await findMade(engine, progress.created, workspaceFolder, cancelled);
  const unfinished = made
    .filter((container) => cancelled || container.state === "created")
    .map(({ id }) => id);
  await Promise.all(
    [...progress.intermediates, ...unfinished].map((id) => engine.removeContainer(id).catch(() => {})),
  );
}

/** After a cancel the engine may still be making the container that `docker run` had asked for. */
async function findMade(
  engine: ContainerEngine,
  created: number,
  workspaceFolder: string,
  wait: boolean,
): Promise<readonly ContainerSummary[]> {
  for (let attempt = 0; ; attempt += 1) {
    const found = await engine
      .findContainers([`devcontainer.local_folder=${workspaceFolder}`])
      .catch((): readonly ContainerSummary[] => []);
    const made = found.filter((container) => container.created >= Math.floor(created / 1000));
    if (made.length > 0 || !wait || attempt === 10) return made;
    await delay(100);
  }
}
