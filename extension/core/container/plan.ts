import { SygaldryError } from "../base/errors.ts";
import { valueOr } from "../base/fact.ts";
import type { ProjectConfig } from "../project/config.ts";
import type { HostFacts } from "../project/host/facts.ts";
import type { Config, LifecycleSetting } from "../project/schema.ts";
import type { StorageMount } from "../project/storage.ts";
import { planEnvironment } from "./environment.ts";
import { type GpuPlan, longGpu, planGpu, planPortableGpu } from "./gpu.ts";
import { placeOnHost } from "./host-path.ts";
import { type MountPlan, planMounts } from "./mounts.ts";
import { planTools, type ToolPlan } from "./tools/plan.ts";

/**
 * Everything that is decided about a project's container, as plain data. Computed by `planContainer` from configuration
 * and host facts alone; rendering, fingerprinting and launching only read it.
 */
export interface ContainerPlan {
  readonly mode: "host" | "portable";
  readonly projectId: string;
  readonly base: BasePlan;
  /** Name of the built image, with a tag. */
  readonly imageName: string;
  readonly user: UserPlan;
  readonly workspace: string;
  readonly packages: readonly string[];
  readonly tools: readonly ToolPlan[];
  /** Set in the image; PATH apart. */
  readonly imageEnvironment: Readonly<Record<string, string>>;
  /** Folders put in front of PATH. */
  readonly path: readonly string[];
  readonly gpu: GpuPlan;
  readonly mounts: readonly MountPlan[];
  /** Set when the container is made. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretPlan[];
  /** Folder of the host that holds the container's secrets, mounted at /run/secrets; an expression in portable mode. */
  readonly secretFolder: string;
  /** `docker run` arguments for network, resources, security and published ports. */
  readonly runArguments: readonly string[];
  readonly forwardPorts: readonly number[];
  readonly lifecycle: LifecycleSetting;
  readonly vscode: Config["vscode"];
  readonly mirrors: Config["mirrors"];
  readonly certificates: string | undefined;
  readonly locale: string;
  readonly timezone: string;
  readonly dockerfile: string;
  readonly bundle: boolean;
  /** A script of the repository (a path on this host) that ends the build. */
  readonly setup: string | undefined;
  /** Globs of further files whose change rebuilds the image. */
  readonly inputs: readonly string[];
}

type BasePlan =
  | { readonly kind: "image"; readonly reference: string }
  | { readonly kind: "debootstrap"; readonly suite: string; readonly reference: string };

interface UserPlan {
  readonly name: string;
  readonly home: string;
  readonly sudo: boolean;
  /** The ids files get on the host; `host` in portable mode: whoever starts it. */
  readonly ids: { readonly uid: number; readonly gid: number } | "host";
}

export interface SecretPlan {
  readonly name: string;
  /** A variable of the host, or a file of it, placed like mounts (host-path.ts). */
  readonly from: { readonly env: string } | { readonly file: string };
  readonly at: "run" | "build";
  readonly as: "env" | "file";
}

export interface PlanInputs {
  readonly project: ProjectConfig;
  readonly projectId: string;
  readonly facts: HostFacts;
  readonly storage: readonly StorageMount[];
  /** A folder of this user's own on a memory file system, for secrets; made when missing. */
  readonly runtimeFolder: string;
}

/** Throws SYG-CONFIG-… when settings contradict each other. */
export function planContainer({
  project,
  projectId,
  facts,
  storage,
  runtimeFolder,
}: PlanInputs): ContainerPlan {
  const { config } = project;
  const mode = config.devcontainer.mode;
  const gpu = mode === "portable" ? planPortableGpu(config.gpu) : planGpu(config.gpu, facts.gpu);
  const tools = planTools(config);
  const user = planUser(config, facts, mode);
  const secrets = planSecrets(config, mode, project.root);
  return {
    mode,
    projectId,
    base: planBase(config, gpu),
    imageName: planImageName(config, projectId),
    user,
    workspace: config.workspace,
    packages: planPackages(config, tools),
    tools,
    ...planEnvironment(config, tools, projectId, secrets),
    gpu,
    mounts: planMounts({ config, mode, projectId, storage, root: project.root }),
    secrets,
    secretFolder:
      mode === "portable"
        ? `\${localEnv:XDG_RUNTIME_DIR:/tmp}/sygaldry-\${localEnv:USER}/${projectId}/secrets`
        : `${runtimeFolder}/${projectId}/secrets`,
    runArguments: runArguments(config, facts, mode),
    forwardPorts: config.ports.filter((port) => typeof port === "number"),
    lifecycle: config.lifecycle,
    vscode: config.vscode,
    mirrors: config.mirrors,
    certificates: config.certificates,
    locale: config.locale,
    timezone: config.timezone,
    dockerfile: planDockerfile(config),
    bundle: config.devcontainer.bundle,
    setup: config.image.setup,
    inputs: config.image.inputs,
  };
}

const defaultBase = "ubuntu:24.04";
const defaultGpuBase = "nvidia/cuda:12.9.1-cudnn-devel-ubuntu24.04";

function planBase(config: Config, gpu: GpuPlan): BasePlan {
  const wantsCuda = config.devcontainer.mode === "portable" ? longGpu(config.gpu).mode === "on" : gpu.enabled;
  const base = config.image.base ?? (wantsCuda ? defaultGpuBase : defaultBase);
  const suite = /^debootstrap:(.+)$/.exec(base)?.[1];
  if (suite === undefined)
    return { kind: "image", reference: throughRegistry(base, config.mirrors.registry) };
  if (!/^[a-z][a-z0-9-]*$/.test(suite)) {
    throw new SygaldryError("SYG-CONFIG-INVALID", `image.base: "${suite}" is no suite of Debian or Ubuntu`, {
      next: "Write a suite such as debootstrap:bookworm or debootstrap:noble.",
    });
  }
  return { kind: "debootstrap", suite, reference: `sygaldry-base/debootstrap:${suite}` };
}

/** `ubuntu:24.04` → `<registry>/library/ubuntu:24.04`; a reference that names its registry stays. */
function throughRegistry(reference: string, registry: string | undefined): string {
  const [first = "", ...rest] = reference.split("/");
  const namesRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (registry === undefined || namesRegistry) return reference;
  return `${registry.replace(/\/$/, "")}/${rest.length === 0 ? `library/${reference}` : reference}`;
}

function planImageName(config: Config, projectId: string): string {
  const name = config.image.name ?? `sygaldry/${projectId}`;
  return /(:[^/]+|@sha256:.*)$/.test(name) ? name : `${name}:dev`;
}

function planUser(config: Config, facts: HostFacts, mode: "host" | "portable"): UserPlan {
  const { name, sudo } = config.user;
  const home = `/home/${name}`;
  if (mode === "portable") return { name, home, sudo, ids: "host" };
  // Root in a rootless container is the user who started the engine.
  const rootless = facts.engine.known && facts.engine.value.rootless;
  const ids = rootless ? { uid: 0, gid: 0 } : { uid: facts.user.uid, gid: facts.user.gid };
  return { name, home, sudo, ids };
}

/** What every Sygaldry image has, whatever its tools: a compiler, git, and what a shell is expected to know. */
const commonPackages: readonly string[] = [
  "bash-completion",
  "build-essential",
  "ca-certificates",
  "curl",
  "file",
  "git",
  "gnupg",
  "less",
  "openssh-client",
  "patch",
  "pkg-config",
  "procps",
  "unzip",
  "xz-utils",
  "zstd",
];

function planPackages(config: Config, tools: readonly ToolPlan[]): readonly string[] {
  const all = [
    ...commonPackages,
    ...(config.user.sudo ? ["sudo"] : []),
    ...tools.flatMap((tool) => tool.packages),
    ...config.apt.packages,
  ];
  return [...new Set(all)].sort();
}

function planSecrets(config: Config, mode: "host" | "portable", root: string): readonly SecretPlan[] {
  return Object.entries(config.secrets)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { env, file, at, as }]) => ({
      name,
      from: env === undefined ? { file: placeOnHost(file ?? "", mode, root) } : { env },
      at,
      as,
    }));
}

function runArguments(config: Config, facts: HostFacts, mode: "host" | "portable"): readonly string[] {
  const { cpus, memory, shm, pids } = config.resources;
  const podman = mode === "host" && facts.engine.known && facts.engine.value.name === "podman";
  return [
    ...(config.network === "bridge" ? [] : [`--network=${config.network}`]),
    ...(cpus === undefined ? [] : [`--cpus=${cpus}`]),
    ...(memory === undefined ? [] : [`--memory=${memory}`]),
    ...(shm === undefined ? [] : [`--shm-size=${shm}`]),
    ...(pids === undefined ? [] : [`--pids-limit=${pids}`]),
    ...(config.user.sudo ? [] : ["--security-opt=no-new-privileges", "--cap-drop=ALL", ...keptCapabilities]),
    ...(podman && valueOr(facts.engine, undefined)?.rootless ? ["--userns=keep-id"] : []),
    ...config.ports.flatMap((port) => (typeof port === "string" ? [`--publish=${port}`] : [])),
  ];
}

/** What start.sh needs to hand mount points over to the user; the user's own processes have none of them. */
const keptCapabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER"].map((name) => `--cap-add=${name}`);

function planDockerfile(config: Config): string {
  const { dockerfile } = config.devcontainer;
  if (dockerfile.split("/").includes("..")) {
    throw new SygaldryError(
      "SYG-CONFIG-INVALID",
      `devcontainer.dockerfile: ${dockerfile} leaves the repository`,
      {
        next: "Give a path below the repository.",
      },
    );
  }
  return dockerfile;
}
