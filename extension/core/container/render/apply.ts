import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { writeAtomic } from "../../base/files.ts";
import { compareFiles } from "../../base/rendered/compare.ts";
import type { FileStatus } from "../../base/rendered/rendered-file.ts";
import { writeFiles } from "../../base/rendered/write.ts";
import type { Session } from "../session.ts";
import { manifestFile, manifestOf, type RenderManifest } from "./manifest.ts";

/** How the rendered files in the repository compare with what would be rendered now. */
export function renderingStatus(session: Session): Promise<readonly FileStatus[]> {
  return compareFiles(session.project.root, session.rendering.files, session.manifest?.files ?? {});
}

/** Brings the repository's rendered files up to date; returns the paths that changed. Throws SYG-RENDER-EDITED. */
export async function writeRendering(
  session: Session,
  options: { readonly force: boolean },
): Promise<readonly string[]> {
  const manifest = manifestOf(session.rendering.files, session.plan.mode, session.cacheMounts);
  return writeRendered(session.project.root, await renderingStatus(session), manifest, options);
}

/** Writes what differs, and the manifest of it all. Throws SYG-RENDER-EDITED. */
export async function writeRendered(
  root: string,
  statuses: readonly FileStatus[],
  manifest: RenderManifest,
  { force }: { readonly force: boolean },
): Promise<readonly string[]> {
  const changed = await writeFiles(root, statuses, { force, advice });
  if (changed.length > 0) {
    const record = manifestFile(manifest);
    await writeAtomic(path.join(root, record.path), record.content);
  }
  return changed;
}

const advice = {
  edited:
    "Move the changes to sygaldry.yaml, or run `sygaldry render --force`, which keeps a copy beside each (*.before-sygaldry). `sygaldry render --check` shows the differences.",
  unwritable: "Make the repository's .devcontainer folder writable.",
};

/** Throws SYG-RENDER-STALE with what differs unless every rendered file is current. */
export function requireCurrent(statuses: readonly FileStatus[], diff: string): void {
  const stale = statuses.filter(({ state }) => state !== "current");
  if (stale.length === 0) return;
  throw new SygaldryError(
    "SYG-RENDER-STALE",
    `stale: ${stale.map((status) => `${status.path} (${status.state})`).join(", ")}`,
    {
      next: "Run `sygaldry render` and commit the result.",
      data: { files: stale.map((status) => ({ path: status.path, state: status.state })), diff },
    },
  );
}
