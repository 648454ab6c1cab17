import path from "node:path";
import { sha256 } from "../../base/files.ts";
import { cacheFolder } from "../../project/home-path.ts";
import { idFromName } from "../../project/identity.ts";
import type { Environment } from "../../project/overrides.ts";
import type { Site } from "../../site/site.ts";

/**
 * The output base that questions about a workspace have to themselves, as the site knows it: in the container below its
 * mount that is this checkout's own, else in the user's cache. `root` is the site's path of the workspace, links resolved.
 */
export function queryOutputBase(kind: Site["kind"], root: string, environment: Environment): string {
  const key = `${idFromName(path.basename(root)) ?? "workspace"}-${sha256(root).slice(0, 8)}`;
  if (kind !== "local") return path.posix.join("/opt/bazel_output/sygaldry_query", key);
  return path.join(cacheFolder(environment), "bazel_query", key);
}

/** For output bases, and workspaces, that are removed after use; as the site knows it. */
export function scratchFolder(kind: Site["kind"], environment: Environment): string {
  return kind === "local"
    ? path.join(cacheFolder(environment), "bazel_scratch")
    : "/opt/bazel_output/sygaldry_scratch";
}
