import { realpath } from "node:fs/promises";
import type { ContainerEngine, ContainerSummary } from "../engine.ts";

/** The labels by which VS Code and the devcontainers CLI find a folder's container. */
const localFolderLabel = "devcontainer.local_folder";
const configFileLabel = "devcontainer.config_file";

/**
 * The container of a checkout, whoever started it: Sygaldry, the devcontainers CLI or VS Code. They name the folder as
 * it was opened, so paths are compared with symbolic links resolved. Of several the running one, else the newest.
 */
export async function findContainer(
  engine: ContainerEngine,
  root: string,
  signal?: AbortSignal,
): Promise<ContainerSummary | undefined> {
  const exact = await engine.findContainers([`${localFolderLabel}=${root}`], signal);
  if (exact.length > 0) return preferred(exact);
  const wanted = await resolved(root);
  const all = await engine.findContainers([localFolderLabel], signal);
  const candidates = await Promise.all(
    all.map(async (container) => ({
      container,
      folder: await resolved(container.labels[localFolderLabel] ?? ""),
    })),
  );
  return preferred(candidates.filter(({ folder }) => folder === wanted).map(({ container }) => container));
}

function preferred(containers: readonly ContainerSummary[]): ContainerSummary | undefined {
  const ours = containers.filter((container) =>
    (container.labels[configFileLabel] ?? "").includes("/.devcontainer/devcontainer.json"),
  );
  const candidates = ours.length > 0 ? ours : containers;
  return candidates.find((container) => container.state === "running") ?? candidates[0];
}

async function resolved(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    return folder;
  }
}
