import { readFile } from "node:fs/promises";
import path from "node:path";
import { systemCode } from "../../base/errors.ts";
import { type Redact, redactor } from "../../base/redact.ts";
import type { Session } from "../session.ts";

/** The secrets' values as this host has them now; those it lacks are left out. */
async function secretValues(
  { plan, project }: Session,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, string>> {
  const entries = await Promise.all(
    plan.secrets.map(async ({ name, from }) => {
      const value =
        "env" in from ? environment[from.env] : await readIfExists(path.resolve(project.root, from.file));
      return value === undefined || value === "" ? [] : [[name, value] as const];
    }),
  );
  return new Map(entries.flat());
}

export async function secretRedactor(
  session: Session,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Redact> {
  const values = [...(await secretValues(session, environment)).values()];
  return redactor([...values, ...values.map((value) => value.trim())]);
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}
