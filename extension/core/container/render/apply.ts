import { SygaldryError } from "../../base/errors.ts";
import type { Session } from "../session.ts";
import { manifestOf } from "./manifest.ts";
import { compareFiles, type FileStatus, writeFiles } from "./write.ts";

/** How the rendered files in the repository compare with what would be rendered now. */
export function renderingStatus(session: Session): Promise<readonly FileStatus[]> {
  return compareFiles(session.project.root, session.rendering.files, session.manifest);
}

/** Brings the repository's rendered files up to date; returns the paths that changed. Throws SYG-RENDER-EDITED. */
export async function writeRendering(
  session: Session,
  options: { readonly force: boolean },
): Promise<readonly string[]> {
  const manifest = manifestOf(session.rendering.files, session.plan.mode, session.cacheMounts);
  return writeFiles(session.project.root, await renderingStatus(session), manifest, options);
}

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
