import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { isCancellation, SygaldryError } from "../../../core/base/errors.ts";
import type { Conflict } from "../../../core/python/conflicts/conflict.ts";
import { baseConflicts, installedConflicts } from "../../../core/python/conflicts/installed-conflicts.ts";
import { type AskedFor, projectConflicts } from "../../../core/python/conflicts/project-conflicts.ts";
import { spackConflicts } from "../../../core/python/conflicts/spack-conflicts.ts";
import { parseRequirementsFile } from "../../../core/python/requirements/requirements-file.ts";
import { findUvProject, requirementsFiles, type UvProject } from "../../../core/python/uv/pyproject.ts";
import { readUvLock } from "../../../core/python/uv/uv-lock.ts";
import {
  mendShadowed,
  shadowText,
  type Verification,
  verifyProject,
} from "../../../core/python/uv/verify.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import { siteSettings } from "./env.ts";
import { type PythonOptions, requirePython } from "./place.ts";

export async function check(
  options: PythonOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const place = await requirePython(options, options.environment, output, signal);
  const { cwd } = loadOptions(options);
  const project = await findUvProject(cwd);
  const { environment } = place;
  const lock = project && (await readUvLock(path.join(project.root, "uv.lock")));
  const asked = await askedFor(project, cwd);
  const verification = project && (await verified(place, project, output, signal));
  const conflicts = [
    ...projectConflicts(environment, project?.pyproject, lock, asked),
    ...shadowConflicts(verification),
    ...(verification ? await installedConflicts(environment, verification, place.site.paths, signal) : []),
    ...(await baseConflicts(environment, place.site.paths, signal)),
    ...spackConflicts(environment),
  ];
  const errors = conflicts.filter(({ severity }) => severity === "error").length;
  output.result(
    {
      ...{ environment: environment.name, project: project?.root ?? null, sound: errors === 0 },
      ...{ conflicts: conflicts.map(conflictJson), verification: verification ?? null },
    },
    conflictsText(conflicts),
  );
  if (conflicts.length === 0) {
    const count = environment.distributions.length;
    output.info(`${environment.name}: ${count} distributions of Spack's, and nothing disagrees`);
  }
  return errors === 0 ? 0 : 1;
}

async function askedFor(project: UvProject | undefined, cwd: string): Promise<readonly AskedFor[]> {
  const files = await requirementsFiles(project?.root ?? cwd);
  const written = await Promise.all(
    files.map(async (file) => ({ file, requirements: parseRequirementsFile(await readFile(file, "utf8")) })),
  );
  return project === undefined ? written : [project.pyproject, ...written];
}

/** Undefined when the project has no environment yet, or its Python cannot be asked: then `sync` comes first. */
async function verified(
  place: Awaited<ReturnType<typeof requirePython>>,
  { root }: UvProject,
  output: Output,
  signal: AbortSignal,
): Promise<Verification | undefined> {
  const settings = await siteSettings(place, place.environment, output, signal);
  const own = process.env["UV_PROJECT_ENVIRONMENT"] || ".venv";
  if (settings === undefined || !existsSync(path.resolve(root, own))) return undefined;
  const call = { cwd: place.site.paths.site(root), settings };
  try {
    return await verifyProject(place.site, call, place.environment, { signal });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof SygaldryError)) throw error;
    output.problem(error);
    return undefined;
  }
}

function shadowConflicts(verification: Verification | undefined): readonly Conflict[] {
  return (verification?.shadowed ?? []).map((each) => ({
    ...{ severity: "error", kind: "shadowed", name: each.name },
    message: shadowText(each, verification?.prefix ?? ""),
    next: mendShadowed([each]),
  }));
}

function conflictJson(conflict: Conflict): Readonly<Record<string, unknown>> {
  return { ...conflict, name: conflict.name ?? null, next: conflict.next ?? null };
}

function conflictsText(conflicts: readonly Conflict[]): string | undefined {
  if (conflicts.length === 0) return undefined;
  return conflicts
    .map(({ severity, message, next }) =>
      [`${severity}: ${message}`, ...(next === undefined ? [] : [`  ${next}`])].join("\n"),
    )
    .join("\n");
}
