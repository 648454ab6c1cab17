import { SygaldryError } from "../base/errors.ts";
import type { Config } from "../project/schema.ts";
import type { StorageMount } from "../project/storage.ts";
import { placeOnHost } from "./host-path.ts";

export interface MountPlan {
  readonly type: "bind" | "volume";
  /** Path on the host or volume name; in portable mode it holds `${localEnv:…}` expressions of devcontainer.json. */
  readonly source: string;
  readonly target: string;
  readonly readonly: boolean;
  /** A folder of the project's storage, which is made when missing. */
  readonly storage: boolean;
}

interface MountInputs {
  readonly config: Config;
  readonly mode: "host" | "portable";
  readonly projectId: string;
  readonly storage: readonly StorageMount[];
  readonly root: string;
}

/** Where storage lies in portable mode unless SYGALDRY_CONTAINER_ROOT is set on the machine. */
const portableStorageRoot = "${localEnv:SYGALDRY_CONTAINER_ROOT:/var/tmp/sygaldry}";

/** The storage mounts, then those of the configuration. Throws SYG-CONFIG-INVALID for two mounts at one place. */
export function planMounts({ config, mode, projectId, storage, root }: MountInputs): readonly MountPlan[] {
  const stored = storage.map((mount) =>
    mode === "host"
      ? {
          type: "bind" as const,
          source: mount.source,
          target: mount.target,
          readonly: mount.readonly,
          storage: true,
        }
      : portableMount(mount, projectId),
  );
  const own = config.mounts.map((mount) => ownMount(mount, (source) => placeOnHost(source, mode, root)));
  refuseSamePlace(config.workspace, stored, own);
  return [...stored, ...own];
}

/** The devcontainers CLI would keep one of them without a word. */
function refuseSamePlace(workspace: string, stored: readonly MountPlan[], own: readonly MountPlan[]): void {
  const taken = new Map(stored.map(({ target }) => [target, "storage, which storage.mounts can move"]));
  taken.set("/run/secrets", "secrets");
  for (const [target, by] of [
    [workspace, "the workspace"] as const,
    ...own.map((mount) => [mount.target, `${mount.source} of mounts`] as const),
  ]) {
    const before = taken.get(target);
    if (before !== undefined) {
      throw new SygaldryError("SYG-CONFIG-INVALID", `${target} is mounted twice: ${by}, and ${before}`, {
        next: "Choose another target below mounts, or another workspace.",
      });
    }
    taken.set(target, by);
  }
}

function portableMount(mount: StorageMount, projectId: string): MountPlan {
  const { name, target, readonly } = mount;
  return name === "bazel_output"
    ? {
        type: "volume",
        source: `sygaldry-${projectId}-bazel-output-\${devcontainerId}`,
        target,
        readonly,
        storage: true,
      }
    : {
        type: "bind",
        source: `${portableStorageRoot}/${projectId}/${name}`,
        target,
        readonly,
        storage: true,
      };
}

function ownMount(mount: Config["mounts"][number], place: (source: string) => string): MountPlan {
  if (typeof mount === "object")
    return { type: "bind", ...mount, source: place(mount.source), storage: false };
  const [source = "", target = "", access = "ro"] = mount.split(":");
  return { type: "bind", source: place(source), target, readonly: access !== "rw", storage: false };
}
