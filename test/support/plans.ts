import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { known, unknown } from "../../extension/core/base/fact.ts";
import { type ContainerPlan, planContainer } from "../../extension/core/container/plan.ts";
import type { RenderSources } from "../../extension/core/container/render/render.ts";
import { loadConfig, type ProjectConfig } from "../../extension/core/project/config.ts";
import type { GpuDevice, HostFacts } from "../../extension/core/project/host/facts.ts";
import { storageLayout } from "../../extension/core/project/storage.ts";

/** An ordinary Linux machine without a GPU. */
export const plainHost: HostFacts = {
  platform: "linux",
  arch: "amd64",
  user: { uid: 1234, gid: 5678, name: "ada" },
  engine: unknown("not asked"),
  gpu: {
    devices: known([]),
    driver: unknown("no driver"),
    cuda: unknown("no driver"),
    runtime: known(false),
    cdi: known([]),
  },
  storageFree: known(100e9),
  engineFree: known(100e9),
  memory: known(64e9),
};

const h100: GpuDevice = { index: 0, uuid: "GPU-1", name: "NVIDIA H100", memory: 80e9, capability: "9.0" };

export function gpuHost(access: { readonly runtime: boolean; readonly cdi: readonly string[] }): HostFacts {
  return {
    ...plainHost,
    gpu: {
      devices: known([h100]),
      driver: known("570.1"),
      cuda: known("12.8"),
      runtime: known(access.runtime),
      cdi: known(access.cdi),
    },
  };
}

async function configOf(yaml: string): Promise<ProjectConfig> {
  const folder = await mkdtemp(path.join(tmpdir(), "sygaldry-plan-"));
  try {
    const root = path.join(folder, "repo");
    await mkdir(root);
    await writeFile(path.join(root, "sygaldry.yaml"), yaml);
    const project = await loadConfig({ cwd: root });
    // The same on every machine and in every run.
    return { ...project, root: "/home/ada/repo", file: "/home/ada/repo/sygaldry.yaml" };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function planOf(yaml: string, facts: HostFacts = plainHost): Promise<ContainerPlan> {
  const project = await configOf(yaml);
  const projectId = project.config.project.id ?? "repo";
  const storage = storageLayout(project, projectId, "repo-00000000", "/srv/sygaldry", {});
  return planContainer({ project, projectId, facts, storage, runtimeFolder: "/run/user/1234" });
}

/** Sources that do not change with the version or the build. */
export const plainSources: RenderSources = {
  version: "0.0.0",
  gpu: "auto",
  command: Buffer.from("// the bundled command\n"),
  setup: undefined,
  certificates: undefined,
  inputs: {},
  cacheMounts: false,
};
