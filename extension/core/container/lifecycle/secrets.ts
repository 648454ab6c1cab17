import { readFile } from "node:fs/promises";
import path from "node:path";
import { SygaldryError, systemCode } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { type Redact, redactor } from "../../base/redact.ts";
import type { SecretPlan } from "../plan.ts";
import type { Session } from "../session.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Before an image is built or a container started with secrets. Throws SYG-SECRET for a secret of the build (`builds`)
 * that this host lacks or that the builder cannot take; a secret of the container that this host lacks is a warning.
 */
export async function checkSecrets(
  session: Session,
  environment: Variables,
  log: Log,
  { builds }: { readonly builds: boolean },
): Promise<void> {
  const here = await secretValues(session, environment);
  const missing = session.plan.secrets.filter(({ name }) => !here.has(name));
  if (builds) {
    refuseLegacyBuilder(session);
    const first = missing.find(({ at }) => at === "build");
    if (first !== undefined) throw missingFromBuild(first);
  }
  for (const secret of missing.filter(({ at }) => at === "run"))
    log.warn(
      `secrets.${secret.name}: ${lack(secret)}; the container has what an earlier start gave it, if anything.`,
    );
}

export async function secretRedactor(session: Session, environment: Variables): Promise<Redact> {
  const values = [...(await secretValues(session, environment)).values()];
  return redactor([...values, ...values.map((value) => value.trim())]);
}

/** The secrets' values as this host has them now; those it lacks are left out. */
async function secretValues(
  { plan, project }: Session,
  environment: Variables,
): Promise<ReadonlyMap<string, string>> {
  const entries = await Promise.all(
    plan.secrets.map(async ({ name, from }) => {
      const value =
        "env" in from
          ? environment[from.env]
          : await readIfExists(path.resolve(project.root, onThisHost(from.file, project.root, environment)));
      return value === undefined || value === "" ? [] : [[name, value] as const];
    }),
  );
  return new Map(entries.flat());
}

/** A path of devcontainer.json with its variables replaced. */
function onThisHost(file: string, root: string, environment: Variables): string {
  return file
    .replaceAll("${localWorkspaceFolder}", root)
    .replace(
      /\$\{localEnv:(\w+)(?::([^}]*))?\}/g,
      (_, name: string, fallback = "") => environment[name] || fallback,
    );
}

function refuseLegacyBuilder({ plan, facts }: Session): void {
  const client =
    facts.engine.known && facts.engine.value.client.known ? facts.engine.value.client.value : undefined;
  const secret = plan.secrets.find(({ at }) => at === "build");
  if (secret === undefined || client?.builder !== "legacy") return;
  throw new SygaldryError(
    "SYG-SECRET",
    `secrets.${secret.name} is for the build, and ${client.path} has only the legacy builder, which takes no secrets`,
    {
      next: "Use BuildKit: install the buildx plugin of Docker, or a docker client older than 23.",
      data: { secret: secret.name },
    },
  );
}

function missingFromBuild(secret: SecretPlan): SygaldryError {
  const { name, from } = secret;
  const remedy = "env" in from ? `Set ${from.env}` : `Put it into ${from.file}`;
  return new SygaldryError("SYG-SECRET", `secrets.${name} is needed for the build: ${lack(secret)}`, {
    next: `${remedy}, or take secrets.${name} out of sygaldry.yaml.`,
    data: { secret: name },
  });
}

function lack({ from }: SecretPlan): string {
  return "env" in from
    ? `the variable ${from.env} is not set on this host`
    : `${from.file} is empty or cannot be read on this host`;
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}
