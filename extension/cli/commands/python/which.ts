import { existsSync } from "node:fs";
import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import type { SpackDistribution } from "../../../core/python/distributions/distribution.ts";
import { normalizeName } from "../../../core/python/requirements/name.ts";
import { findUvProject } from "../../../core/python/uv/pyproject.ts";
import { isStubIndex } from "../../../core/python/uv/settings.ts";
import { type LockedPackage, readUvLock } from "../../../core/python/uv/uv-lock.ts";
import { moduleFiles } from "../../../core/python/uv/verify.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { siteSettings } from "./env.ts";
import { distributionJson, specText } from "./list.ts";
import { type PythonOptions, requirePython } from "./place.ts";

export async function which(
  options: PythonOptions,
  [asked = ""]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const place = await requirePython(options, options.environment, output, signal);
  const name = normalizeName(asked);
  const spack = place.environment.distributions.filter(
    (one) => one.name === name || one.modules.includes(asked),
  );
  const project = await findUvProject(loadOptions(options).cwd);
  const lock = project && (await readUvLock(path.join(project.root, "uv.lock")));
  const names = new Set([name, ...spack.map((one) => one.name)]);
  const locked = lock?.packages.filter((one) => names.has(one.name)) ?? [];
  const own = process.env["UV_PROJECT_ENVIRONMENT"] || ".venv";
  const settings =
    project &&
    existsSync(path.resolve(project.root, own)) &&
    (await siteSettings(place, place.environment, output, signal));
  const modules = spack.length === 0 ? [asked.replaceAll("-", "_")] : spack.flatMap((one) => one.modules);
  const files = settings
    ? await moduleFiles(place.site, { cwd: place.site.paths.site(project.root), settings }, modules, signal)
    : undefined;
  if (spack.length === 0 && locked.length === 0 && Object.values(files ?? {}).flat().length === 0) {
    throw new SygaldryError("SYG-PYTHON-MISSING", `neither Spack nor uv.lock has ${asked}`, {
      next: "Run `sygaldry python list` for what Spack has.",
    });
  }
  output.result(
    {
      ...{ name, spack: spack.map(distributionJson), locked: locked.map(lockedJson) },
      imported: files ?? null,
    },
    table([...spack.map(spackRow), ...locked.map(lockRow), ...importRows(files)]),
  );
  return 0;
}

function lockedJson({ name, version, source }: LockedPackage): Readonly<Record<string, unknown>> {
  return { name, version: version ?? null, source };
}

function spackRow(one: SpackDistribution): readonly string[] {
  return ["Spack", `${one.name} ${one.version}`, specText(one), one.owner.prefix];
}

function lockRow({ name, version = "", source }: LockedPackage): readonly string[] {
  return ["uv.lock", `${name} ${version}`, isStubIndex(source.at) ? "Spack's" : source.kind, source.at];
}

function importRows(files: Readonly<Record<string, readonly string[]>> | undefined): readonly string[][] {
  return Object.entries(files ?? {}).map(([module, found]) => [
    "import",
    module,
    "",
    found.join(", ") || "not found",
  ]);
}
