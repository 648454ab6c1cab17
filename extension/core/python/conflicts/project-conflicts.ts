import type { PythonEnvironment } from "../python-environment.ts";
import type { Requirement } from "../requirements/requirement.ts";
import { allows } from "../requirements/specifier.ts";
import type { PyProject } from "../uv/pyproject.ts";
import { isStubIndex } from "../uv/settings.ts";
import { stalePackages, staleText } from "../uv/staleness.ts";
import type { UvLock } from "../uv/uv-lock.ts";
import type { Conflict } from "./conflict.ts";

/** What a project asks for: its own files, and requirements files beside it. */
export interface AskedFor {
  readonly file: string;
  readonly requirements: readonly Requirement[];
}

/** Where a uv project and a Spack environment disagree, by their files alone. */
export function projectConflicts(
  environment: PythonEnvironment,
  pyproject: PyProject | undefined,
  lock: UvLock | undefined,
  asked: readonly AskedFor[],
): readonly Conflict[] {
  return [
    ...(lock === undefined ? [] : lockConflicts(lock, environment)),
    ...asked.flatMap((one) => requirementConflicts(one, environment)),
    ...(pyproject === undefined ? [] : settingConflicts(pyproject, environment)),
    ...pythonConflicts(pyproject, environment),
  ];
}

function lockConflicts(lock: UvLock, environment: PythonEnvironment): readonly Conflict[] {
  return stalePackages(lock, environment).map((stale) => ({
    ...{ severity: "error", kind: "lock", name: stale.name, message: staleText(stale) },
    next: "Run `sygaldry python lock`.",
  }));
}

function requirementConflicts(
  { file, requirements }: AskedFor,
  { distributions, name: environment }: PythonEnvironment,
): readonly Conflict[] {
  return requirements.flatMap(({ name, specifier, text, marker }): readonly Conflict[] => {
    const found = distributions.find((one) => one.name === name);
    if (found === undefined || allows(specifier, found.version) !== false) return [];
    return [
      {
        severity: marker === undefined ? "error" : "warning",
        ...{ kind: "requirement", name },
        message: `${file} asks for ${text}, and Spack has ${found.version} (${found.owner.name}/${found.owner.hash.slice(0, 7)})`,
        next: `Ask Spack for ${found.owner.name}@… in ${environment}'s spack.yaml, or change the requirement.`,
      },
    ];
  });
}

/** By uv's rules, an index of the project comes before one of the environment's variables, and a pin before both. */
function settingConflicts(pyproject: PyProject, environment: PythonEnvironment): readonly Conflict[] {
  const owned = new Set(environment.distributions.map(({ name }) => name));
  const first = pyproject.indexes.filter(
    (index) => !index.explicit && !index.default && !isStubIndex(index.url),
  );
  return [
    ...[...pyproject.pinned].flatMap(([name, index]): readonly Conflict[] =>
      owned.has(name)
        ? [
            {
              ...{ severity: "error", kind: "index", name },
              message: `${pyproject.file} pins ${name} to the index ${index}, so that Spack's is not taken`,
              next: `Remove ${name} from [tool.uv.sources].`,
            },
          ]
        : [],
    ),
    ...first.map(
      (index): Conflict => ({
        ...{ severity: "warning", kind: "index", name: undefined },
        message: `the index ${index.name ?? index.url} of ${pyproject.file} comes before Spack's packages`,
        next: "Give it `explicit = true` (for what is pinned to it) or `default = true` (in place of the Python index).",
      }),
    ),
  ];
}

function pythonConflicts(
  pyproject: PyProject | undefined,
  { python, name }: PythonEnvironment,
): readonly Conflict[] {
  const wanted = pyproject?.requiresPython;
  if (python === undefined || wanted === undefined || allows(wanted, python.version) !== false) return [];
  return [
    {
      ...{ severity: "error", kind: "python", name: undefined },
      message: `${pyproject?.file} asks for Python ${wanted}, and ${name} has ${python.version}`,
      next: `Ask Spack for another python in ${name}'s spack.yaml, or change requires-python.`,
    },
  ];
}
