import path from "node:path";
import type { Config } from "../../project/schema.ts";
import { longGpu } from "../gpu.ts";
import type { MountPlan } from "../mounts.ts";
import type { ContainerPlan, SecretPlan } from "../plan.ts";
import { devcontainerFolder } from "./files.ts";

export interface DevcontainerOptions {
  readonly header: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly gpu: Config["gpu"];
}

/** devcontainer.json (containers.dev specification) as text, with a comment on top. */
export function renderDevcontainerJson(plan: ContainerPlan, options: DevcontainerOptions): string {
  return `// ${options.header}\n${JSON.stringify(devcontainerJson(plan, options), null, 2)}\n`;
}

function devcontainerJson(plan: ContainerPlan, options: DevcontainerOptions): Record<string, unknown> {
  const buildOptions = plan.secrets.filter(({ at }) => at === "build").flatMap(secretOption);
  const portable = plan.mode === "portable";
  return withoutUndefined({
    name: plan.projectId,
    build: withoutUndefined({
      dockerfile: path.posix.relative(devcontainerFolder, plan.dockerfile),
      context: ".",
      options: buildOptions.length === 0 ? undefined : buildOptions,
    }),
    initializeCommand: ["sh", `${devcontainerFolder}/initialize.sh`],
    workspaceMount: `source=\${localWorkspaceFolder},target=${plan.workspace},type=bind`,
    workspaceFolder: plan.workspace,
    mounts: [...plan.mounts.map(mountLine), ...secretMount(plan)],
    containerEnv: plan.environment,
    containerUser: "root",
    remoteUser: plan.user.name,
    // In host mode the image has this host's ids already.
    updateRemoteUserUID: portable,
    overrideCommand: false,
    init: true,
    runArgs: [
      ...plan.runArguments,
      ...(portable ? [] : plan.gpu.args),
      ...Object.entries(options.labels).map(([name, value]) => `--label=${name}=${value}`),
    ],
    hostRequirements: portable ? portableGpu(options.gpu) : undefined,
    forwardPorts: plan.forwardPorts.length === 0 ? undefined : plan.forwardPorts,
    onCreateCommand: plan.lifecycle.onCreate,
    updateContentCommand: plan.lifecycle.updateContent,
    postCreateCommand: plan.lifecycle.postCreate,
    postStartCommand: plan.lifecycle.postStart,
    postAttachCommand: plan.lifecycle.postAttach,
    customizations: { vscode: { extensions: plan.vscode.extensions, settings: plan.vscode.settings } },
  });
}

function mountLine(mount: MountPlan): string {
  return `source=${mount.source},target=${mount.target},type=${mount.type}${mount.readonly ? ",readonly" : ""}`;
}

function secretMount(plan: ContainerPlan): string[] {
  return plan.secrets.some(({ at }) => at === "run")
    ? [`source=${plan.secretFolder},target=/run/secrets,type=bind,readonly`]
    : [];
}

/** `docker build --secret`; the value never appears, only where the client finds it. */
function secretOption(secret: SecretPlan): string[] {
  const from = "env" in secret.from ? `env=${secret.from.env}` : `src=${secret.from.file}`;
  return ["--secret", `id=${secret.name},${from}`];
}

function portableGpu(gpu: Config["gpu"]): { readonly gpu: boolean | "optional" } | undefined {
  const { mode } = longGpu(gpu);
  return mode === "off" ? undefined : { gpu: mode === "on" ? true : "optional" };
}

function withoutUndefined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
