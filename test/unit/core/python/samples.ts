import type { SpackDistribution } from "../../../../extension/core/python/distributions/distribution.ts";
import type { PythonEnvironment } from "../../../../extension/core/python/python-environment.ts";

/** A distribution of Spack's that is as plain as can be. */
export function spackDistribution(
  name: string,
  version: string,
  more: Partial<SpackDistribution> = {},
): SpackDistribution {
  const hash = `${name.replaceAll("-", "")}aaaaaaa`;
  const prefix = `/opt/spack_store/linux-x86_64/py-${name}-${version}-${hash}`;
  return {
    ...{ name, displayName: name, version, requires: [], requiresPython: undefined, extras: [] },
    ...{ entryPoints: undefined, modules: [name.replaceAll("-", "_")], from: "dist-info" },
    ...{ metadata: `${name}-${version}.dist-info`, folder: `${prefix}/lib/python3.11/site-packages` },
    ...{ owner: { name: `py-${name}`, version, hash, prefix }, ...more },
  };
}

export function pythonEnvironment(
  distributions: readonly SpackDistribution[],
  more: Partial<PythonEnvironment> = {},
): PythonEnvironment {
  return {
    ...{ name: "spack/tools", folder: "/workspace/spack/tools", view: "/opt/spack_store/view" },
    python: { version: "3.11.7", series: "3.11", prefix: "/opt/spack_store/python", external: false },
    paths: ["/opt/spack_store/view/lib/python3.11/site-packages"],
    ...{
      distributions,
      hidden: [],
      outside: [],
      foreign: [],
      missing: [],
      problems: [],
      packages: [],
      ...more,
    },
  };
}
