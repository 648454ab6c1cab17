import type { PathTranslation } from "../../site/paths.ts";
import type { Distribution } from "../distributions/distribution.ts";
import { readSitePackages, sitePackagesBelow } from "../distributions/read-site-packages.ts";
import type { PythonEnvironment } from "../python-environment.ts";
import { sameVersion } from "../requirements/version.ts";
import type { Verification } from "../uv/verify.ts";
import type { Conflict } from "./conflict.ts";
import { type NativeLibrary, nativeConflicts, prefixLibraries, recordedLibraries } from "./native.ts";

/**
 * What disagrees between what is installed in a project's environment and Spack's packages: another Python, and native
 * libraries that both bring.
 */
export async function installedConflicts(
  environment: PythonEnvironment,
  verification: Verification,
  paths: PathTranslation,
  signal?: AbortSignal,
): Promise<readonly Conflict[]> {
  const series = /^\d+\.\d+/.exec(verification.python)?.[0] ?? "";
  const installed: NativeLibrary[] = [];
  for (const folder of sitePackagesBelow(verification.prefix, series)) {
    // lib64 of a virtual environment is a link to lib.
    if (folder.startsWith(`${verification.prefix}/lib64/`)) continue;
    const read = await readSitePackages(paths.local(folder), signal);
    for (const one of read?.distributions ?? [])
      installed.push(...(await recordedLibraries(folder, one, paths)));
  }
  const own = await Promise.all([
    ...environment.packages.map((each) => prefixLibraries(each, paths)),
    ...environment.distributions.map((each) => recordedLibraries(each.folder, each, paths)),
  ]);
  return [...pythonConflict(environment, verification, series), ...nativeConflicts(own.flat(), installed)];
}

function pythonConflict(
  { python, name }: PythonEnvironment,
  { python: used, prefix }: Verification,
  series: string,
): readonly Conflict[] {
  if (python === undefined || python.series === series) return [];
  return [
    {
      ...{ severity: "error", kind: "python", name: undefined },
      message: `${prefix} is of Python ${used}, and ${name} has ${python.version}: its compiled modules cannot be imported`,
      next: "Remove it and run `sygaldry python sync`.",
    },
  ];
}

/**
 * Where the Python that Spack took from the system has other versions of Spack's distributions: a program that runs in it
 * without the view imports those.
 */
export async function baseConflicts(
  { python, distributions }: PythonEnvironment,
  paths: PathTranslation,
  signal?: AbortSignal,
): Promise<readonly Conflict[]> {
  if (python?.external !== true) return [];
  // Debian's Pythons share a folder of their own.
  const debian = python.prefix === "/usr" ? ["/usr/lib/python3/dist-packages"] : [];
  const found: Distribution[] = [];
  for (const folder of [...sitePackagesBelow(python.prefix, python.series), ...debian]) {
    found.push(...((await readSitePackages(paths.local(folder), signal))?.distributions ?? []));
  }
  return distributions.flatMap(({ name, version, owner }): readonly Conflict[] => {
    const base = found.find((one) => one.name === name);
    if (base === undefined || sameVersion(base.version, version)) return [];
    return [
      {
        ...{ severity: "warning", kind: "versions", name },
        message: `${python.prefix} has ${name} ${base.version} of its own, and Spack's ${owner.name} has ${version}`,
        next: "Run programs by the project's environment or with the view, not by the system's Python alone.",
      },
    ];
  });
}
