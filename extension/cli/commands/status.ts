import { type ProjectStatus, projectStatus } from "../../core/container/lifecycle/status.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput, table } from "../output.ts";
import { createToolkit } from "../toolkit.ts";

export async function status(
  options: CommonOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const found = await projectStatus(createToolkit(output), { ...loadOptions(options), signal });
  output.result(statusJson(found), statusText(found));
  return 0;
}

function statusJson({ session, files, engine }: ProjectStatus): Record<string, unknown> {
  const { plan, rendering } = session;
  return {
    projectId: session.projectId,
    root: session.project.root,
    mode: plan.mode,
    storage: session.storage,
    user: plan.user,
    gpu: plan.gpu,
    tools: Object.fromEntries(
      plan.tools.map((tool) => [tool.name, { version: tool.version, from: tool.from }]),
    ),
    files: files.map(({ path, state }) => ({ path, state })),
    imageDigest: rendering.fingerprint.imageDigest,
    containerDigest: rendering.fingerprint.containerDigest,
    imageName: plan.imageName,
    ...(engine.known
      ? {
          image: engine.value.image ?? null,
          container: engine.value.container ?? null,
          action: engine.value.decision.action,
          reason: engine.value.decision.reason,
          changes: engine.value.decision.changes,
        }
      : { engineProblem: engine.why }),
  };
}

function statusText({ session, files, engine }: ProjectStatus): string {
  const { plan } = session;
  const container = engine.known ? engine.value.container : undefined;
  const image = engine.known ? engine.value.image : undefined;
  const rows: (readonly [string, string])[] = [
    ["project", `${session.projectId} (${session.project.root})`],
    [
      "container",
      engine.known
        ? container === undefined
          ? "none"
          : `${container.name}, ${container.state}`
        : `unknown: ${engine.why}`,
    ],
    [
      "image",
      image === undefined ? `${plan.imageName}, not there` : `${plan.imageName}, ${megabytes(image.size)}`,
    ],
    [
      "up would",
      engine.known
        ? `${doing(engine.value.decision.action)}, because ${engine.value.decision.reason}`
        : "fail: no engine",
    ],
    ["files", filesText(files, plan.mode)],
    [
      "user",
      plan.user.ids === "host"
        ? `${plan.user.name}, with the host's ids`
        : `${plan.user.name} (${plan.user.ids.uid}:${plan.user.ids.gid})`,
    ],
    ["gpu", `${plan.gpu.enabled ? "yes" : "no"}: ${plan.gpu.reason}`],
    ["tools", plan.tools.map((tool) => `${tool.name} ${tool.version}`).join(", ") || "none"],
    ...plan.mounts.map(
      (mount) =>
        ["mount", `${mount.target} ← ${mount.source}${mount.readonly ? " (read-only)" : ""}`] as const,
    ),
  ];
  return table(rows);
}

function filesText(files: ProjectStatus["files"], mode: string): string {
  const stale = files.filter(({ state }) => state !== "current");
  if (stale.length === 0) return `current (${mode} mode)`;
  if (stale.every(({ state }) => state === "missing")) return "not rendered yet";
  const shown = stale.slice(0, 5).map(({ path, state }) => `${path} ${state}`);
  return [...shown, ...(stale.length > 5 ? [`and ${stale.length - 5} more`] : [])].join(", ");
}

function doing(action: string): string {
  return action === "nothing" ? "do nothing" : action;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
