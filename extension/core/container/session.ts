import { SygaldryError } from "../base/errors.ts";
import { type LoadOptions, loadConfig, type ProjectConfig } from "../project/config.ts";
import type { HostFacts } from "../project/host/facts.ts";
import { probeHost } from "../project/host/probe.ts";
import { checkoutKey, projectId } from "../project/identity.ts";
import { located } from "../project/located.ts";
import { projectDirectory, type StorageMount, storageLayout, storageRoot } from "../project/storage.ts";
import { type ContainerPlan, planContainer } from "./plan.ts";
import { type RenderManifest, readManifest } from "./render/manifest.ts";
import { type Rendering, render } from "./render/render.ts";
import { readSources } from "./sources.ts";
import type { Toolkit } from "./toolkit.ts";

/** One project on one machine: what is configured, what the machine is, what was decided, and what that renders to. */
export interface Session {
  readonly project: ProjectConfig;
  readonly projectId: string;
  readonly checkoutKey: string;
  readonly facts: HostFacts;
  readonly storageRoot: string;
  /** `<storage root>/<project id>`. */
  readonly projectStorage: string;
  readonly storage: readonly StorageMount[];
  readonly plan: ContainerPlan;
  readonly rendering: Rendering;
  /** What was rendered last. */
  readonly manifest: RenderManifest | undefined;
  readonly cacheMounts: boolean;
}

export interface SessionOptions extends LoadOptions {
  /** Find out which builder there is (some 100 ms); else what was rendered last tells. */
  readonly probeBuilder: boolean;
  readonly signal?: AbortSignal;
}

/** Reads and decides everything; changes nothing. Throws configuration errors, never for a missing engine or GPU. */
export async function openSession(toolkit: Toolkit, options: SessionOptions): Promise<Session> {
  const project = await loadConfig({ environment: toolkit.environment, ...options });
  refuseUnmountablePath(project);
  const id = projectId(project);
  const key = await checkoutKey(project.root);
  const root = (await storageRoot(project, toolkit.environment)).path;
  const storage = storageLayout(project, id, key, root, toolkit.environment);
  const [facts, manifest] = await Promise.all([
    probeHost({
      runner: toolkit.runner,
      engine: toolkit.engine,
      storageRoot: root,
      environment: toolkit.environment,
      need: { client: options.probeBuilder, gpuDetails: options.probeBuilder },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }),
    readManifest(project.root),
  ]);
  const plan = located(project, () =>
    planContainer({
      ...{ project, facts, storage, projectId: id },
      runtimeFolder: runtimeFolder(facts, toolkit),
    }),
  );
  const cacheMounts = plan.mode === "host" && hasCacheMounts(facts, manifest, options.probeBuilder);
  const rendering = render(plan, await readSources(project, plan, toolkit.commandFile, cacheMounts));
  return {
    project,
    projectId: id,
    checkoutKey: key,
    facts,
    storageRoot: root,
    projectStorage: projectDirectory(root, id),
    storage,
    plan,
    rendering,
    manifest,
    cacheMounts,
  };
}

/**
 * Only where a plain `docker build` takes them too, because VS Code and the devcontainers CLI build from the same files
 * with the first docker on PATH: a client whose BuildKit must be asked for (DOCKER_BUILDKIT=1, clients before 23 without
 * buildx) is not enough.
 */
function hasCacheMounts(facts: HostFacts, manifest: RenderManifest | undefined, probed: boolean): boolean {
  if (!probed) return manifest?.cacheMounts ?? false;
  const client = facts.engine.known ? facts.engine.value.client : undefined;
  if (client?.known !== true) return false;
  return [client.value.builder, client.value.plainBuilder].every((builder) => takesMounts.has(builder));
}

const takesMounts: ReadonlySet<string> = new Set(["buildx", "buildah"]);

/** This user's own folder on a memory file system, for secrets. */
function runtimeFolder({ platform, user }: HostFacts, toolkit: Toolkit): string {
  const runtime = toolkit.environment["XDG_RUNTIME_DIR"];
  if (runtime) return `${runtime}/sygaldry`;
  return platform === "macos" ? `/tmp/sygaldry-${user.uid}` : `/dev/shm/sygaldry-${user.uid}`;
}

/** The engine's mount syntax and devcontainer.json give these characters a meaning that cannot be quoted away. */
function refuseUnmountablePath(project: ProjectConfig): void {
  const found = /[,"\n]|\$\{/.exec(project.root)?.[0];
  if (found === undefined) return;
  throw new SygaldryError(
    "SYG-CONFIG-HOST",
    `the repository's path ${JSON.stringify(project.root)} holds ${JSON.stringify(found)}, which the engine's mount syntax cannot carry`,
    {
      next: "Move the repository to a path without it.",
    },
  );
}
