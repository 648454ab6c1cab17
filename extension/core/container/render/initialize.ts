import { renderTemplate } from "../../base/rendered/template.ts";
import { shellQuote } from "../../base/shell.ts";
import type { ContainerPlan, SecretPlan } from "../plan.ts";

/** .devcontainer/initialize.sh, which prepares the host: see the comment at the top of its template. */
export function renderInitialize(plan: ContainerPlan): string {
  const folders = plan.mounts
    .filter(({ storage, type }) => storage && type === "bind")
    .map(({ source }) => shellWord(source));
  const secrets = plan.secrets.filter(({ at }) => at === "run");
  return renderTemplate("initialize.sh.hbs", {
    portable: plan.mode === "portable",
    hostCertificates: plan.certificates === "host",
    folders,
    secrets: secrets.map(secretLine),
    secretFolder: shellWord(plan.secretFolder),
    debootstrap:
      plan.base.kind === "debootstrap"
        ? {
            reference: shellQuote(plan.base.reference),
            suite: shellQuote(plan.base.suite),
            mirror: shellQuote(
              plan.mirrors.apt === undefined || plan.mirrors.apt === "host" ? "" : plan.mirrors.apt,
            ),
          }
        : undefined,
  });
}

function secretLine(secret: SecretPlan): Readonly<Record<string, string>> {
  const target = shellQuote(secretTarget(secret));
  return "env" in secret.from
    ? { variable: `\${${secret.from.env}:-}`, file: "", target }
    : { variable: "", file: shellWord(secret.from.file), target };
}

/** Where below /run/secrets the container finds it. */
function secretTarget(secret: SecretPlan): string {
  return secret.as === "env" ? `env/${secret.name}` : secret.name;
}

/** One shell word in which devcontainer.json's `${localEnv:NAME:default}` becomes the shell's `${NAME:-default}`. */
function shellWord(text: string): string {
  return text
    .split(/(\$\{localEnv:[A-Za-z_][A-Za-z0-9_]*(?::[^}]*)?\}|\$\{localWorkspaceFolder\})/)
    .filter((part) => part !== "")
    .map((part) => {
      const [, name, fallback = ""] = /^\$\{localEnv:([A-Za-z0-9_]+)(?::([^}]*))?\}$/.exec(part) ?? [];
      if (name !== undefined) return `"\${${name}:-${fallback}}"`;
      return part === "${localWorkspaceFolder}" ? '"$PWD"' : shellQuote(part);
    })
    .join("");
}
