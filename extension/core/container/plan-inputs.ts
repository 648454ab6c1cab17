import { type Inputs, imageVariable, shortDigest } from "./fingerprint.ts";
import type { ContainerPlan } from "./plan.ts";

/** The plan's part of the image's fingerprint. Where things are fetched from is no part of it: it does not change the result. */
export function imageInputs(plan: ContainerPlan): Inputs {
  const { user } = plan;
  return sorted({
    base: plan.base.kind === "image" ? plan.base.reference : `debootstrap:${plan.base.suite}`,
    ...Object.fromEntries(plan.packages.map((name) => [`apt.${name}`, present])),
    "user.name": user.name,
    "user.sudo": String(user.sudo),
    "user.ids": user.ids === "host" ? "host" : `${user.ids.uid}:${user.ids.gid}`,
    locale: plan.locale,
    timezone: plan.timezone,
    ...(plan.certificates === undefined ? {} : { certificates: plan.certificates }),
    ...Object.fromEntries(plan.tools.map((tool) => [`tools.${tool.name}`, tool.version])),
    ...Object.fromEntries(
      Object.entries(plan.imageEnvironment).map(([name, value]) => [`${imageVariable}${name}`, value]),
    ),
    ...Object.fromEntries(
      plan.secrets.filter(({ at }) => at === "build").map(({ name }) => [`secrets.${name}`, "build"]),
    ),
  });
}

/** The plan's part of the container's fingerprint. Values of variables are digests: they may be private. */
export function containerInputs(plan: ContainerPlan): Inputs {
  return sorted({
    workspace: plan.workspace,
    gpu: plan.gpu.enabled ? plan.gpu.args.join(" ") || "on" : "off",
    ...Object.fromEntries(
      plan.mounts.map((mount) => [
        `mounts.${mount.target}`,
        `${mount.source}${mount.readonly ? " (read-only)" : ""}`,
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(plan.environment)
        .filter(([name]) => name !== "SYGALDRY_WORKSPACE") // `workspace` says it
        .map(([name, value]) => [`env.${name}`, shortDigest(value)]),
    ),
    ...Object.fromEntries(
      plan.secrets.filter(({ at }) => at === "run").map((secret) => [`secrets.${secret.name}`, secret.as]),
    ),
    ...Object.fromEntries(plan.runArguments.map((argument) => runArgumentInput(argument))),
    ...(plan.forwardPorts.length === 0 ? {} : { ports: plan.forwardPorts.join(", ") }),
    ...Object.fromEntries(
      Object.entries(plan.lifecycle).flatMap(([name, command]) =>
        command === undefined ? [] : [[`lifecycle.${name}`, shortDigest(JSON.stringify(command))]],
      ),
    ),
    "vscode.extensions": list(plan.vscode.extensions),
    "vscode.settings": shortDigest(JSON.stringify(plan.vscode.settings)),
  });
}

function runArgumentInput(argument: string): readonly [string, string] {
  const [flag = "", value = "on"] = argument.replace(/^--/, "").split(/=(.*)/s);
  return flag === "publish" || flag === "cap-add" ? [`${flag} ${value}`, present] : [flag, value];
}

/** For inputs whose name says all. */
const present = "";

/** Short lists are shown, long ones compared. */
function list(items: readonly string[]): string {
  const text = items.join(" ");
  return text.length <= 60 ? text : shortDigest(text);
}

function sorted(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1)));
}
