import type { PythonEnvironment } from "../python-environment.ts";
import { stubRequirements } from "../stubs/stub-requirements.ts";
import type { Conflict } from "./conflict.ts";

/** What is wrong within a Spack environment, before any project comes to it. */
export function spackConflicts(environment: PythonEnvironment): readonly Conflict[] {
  const { distributions, hidden, foreign, missing, problems, name: environmentName } = environment;
  const install = `Run \`sygaldry spack install ${environmentName}\`.`;
  const versions = new Map(distributions.map(({ name, version }) => [name, version]));
  return [
    ...missing.map(({ name, version }) =>
      warning("missing", undefined, `${name}@${version} is in the lock, and not installed`, install),
    ),
    ...hidden.map(({ name, version, owner }) =>
      warning(
        "versions",
        name,
        `${name} ${versions.get(name)} is imported, and hides ${version} of ${owner.name}/${owner.hash.slice(0, 7)}`,
        "Solve the environment with `concretizer: unify: true`, or leave one of them out of the view.",
      ),
    ),
    ...environment.outside.map(({ name, version, owner }) =>
      warning(
        "view",
        name,
        `${owner.name} has ${name} ${version}, which the view does not show: uv takes its own, and Bazel's @spack Spack's`,
        `Have the view select it, or make it anew: \`sygaldry spack install ${environmentName}\`.`,
      ),
    ),
    ...foreign.map((entry) =>
      warning(
        "foreign",
        undefined,
        `${entry} lies in the view and is part of no Spack package: something was installed into the view`,
        "Remove it: the next change of the environment makes the view anew without it.",
      ),
    ),
    ...distributions.flatMap((one) =>
      stubRequirements(one, versions).relaxed.map(({ name, requirement, version }) =>
        warning(
          "relaxed",
          one.name,
          `${one.name} asks for ${requirement}, and Spack has ${name} ${version}`,
          undefined,
        ),
      ),
    ),
    ...problems.map(({ file, message }) => warning("metadata", undefined, `${file}: ${message}`, undefined)),
  ];
}

function warning(
  kind: Conflict["kind"],
  name: string | undefined,
  message: string,
  next: string | undefined,
): Conflict {
  return { severity: "warning", kind, name, message, next };
}
