import type { Config } from "../project/schema.ts";
import { longGpu } from "./gpu.ts";
import type { SecretPlan } from "./plan.ts";
import type { ToolPlan } from "./tools/plan.ts";

interface EnvironmentPlan {
  readonly imageEnvironment: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The variables of the image, and those of the container, which change without a rebuild. */
export function planEnvironment(
  config: Config,
  tools: readonly ToolPlan[],
  projectId: string,
  secrets: readonly SecretPlan[],
): EnvironmentPlan {
  const { mirrors } = config;
  const hfToken = secrets.find(({ name, at, as }) => name === "HF_TOKEN" && at === "run" && as === "file");
  return {
    imageEnvironment: {
      LANG: config.locale,
      TZ: config.timezone,
      SYGALDRY_USER: config.user.name,
      SYGALDRY_SPACK_VIEW: "/opt/spack_store/view",
      HF_HOME: "/opt/hf_cache",
      ...Object.assign({}, ...tools.map((tool) => tool.environment)),
    },
    path: tools.flatMap((tool) => tool.path),
    environment: {
      SYGALDRY_PROJECT_ID: projectId,
      SYGALDRY_WORKSPACE: config.workspace,
      SYGALDRY_GPU: longGpu(config.gpu).mode,
      ...(mirrors.huggingface === undefined ? {} : { HF_ENDPOINT: mirrors.huggingface }),
      ...(hfToken === undefined ? {} : { HF_TOKEN_PATH: "/run/secrets/HF_TOKEN" }),
      ...Object.fromEntries(Object.entries(config.env).map(([name, value]) => [name, String(value)])),
    },
  };
}
