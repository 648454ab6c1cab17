import { renderTemplate } from "../../base/rendered/template.ts";
import type { ContainerPlan } from "../plan.ts";

export interface DockerfileOptions {
  readonly header: string;
  /** BuildKit cache mounts, which the legacy builder does not take. */
  readonly cacheMounts: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** File of the build context with certificate authorities to trust. */
  readonly certificateFile?: string;
}

const aptMounts =
  "--mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked ";

export function renderDockerfile(plan: ContainerPlan, options: DockerfileOptions): string {
  const staged = plan.tools.filter((tool) => tool.commands.length > 0);
  const { user, mirrors } = plan;
  return renderTemplate("Dockerfile.hbs", {
    header: options.header,
    base: plan.base,
    certificates: plan.certificates !== undefined,
    certificateFile: options.certificateFile ?? "",
    mirrorEnvironment: withoutUndefined({
      CERTIFICATES: options.certificateFile,
      MIRROR_APT: mirrors.apt,
      MIRROR_CRATES: mirrors.crates,
      MIRROR_GITHUB: mirrors.github,
      MIRROR_NPM: mirrors.npm,
      MIRROR_PYTHON: mirrors.python,
    }),
    aptMounts: options.cacheMounts ? aptMounts : "",
    secretMounts: plan.secrets
      .filter(({ at }) => at === "build")
      .map(({ name }) => `--mount=type=secret,id=${name} `)
      .join(""),
    cacheMounts: options.cacheMounts,
    stages: staged.map((tool) => ({ stage: stageOf(tool.name), commands: tool.commands })),
    packages: plan.packages,
    copies: staged.flatMap((tool) =>
      tool.folders.map((folder) => ({ stage: stageOf(tool.name), source: folder, target: folder })),
    ),
    finish: plan.tools.flatMap((tool) => tool.finish),
    environment: plan.imageEnvironment,
    path: plan.path,
    locale: plan.locale,
    timezone: plan.timezone,
    user: {
      name: user.name,
      home: user.home,
      ids: user.ids === "host" ? "host" : `${user.ids.uid} ${user.ids.gid}`,
    },
    sudo: user.sudo,
    bundle: plan.bundle,
    setup: plan.setup !== undefined,
    labels: options.labels,
  });
}

function stageOf(tool: string): string {
  return `tool-${tool}`;
}

function withoutUndefined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
