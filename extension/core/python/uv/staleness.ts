import { sha256 } from "../../base/files.ts";
import type { PythonEnvironment } from "../python-environment.ts";
import { sameVersion } from "../requirements/version.ts";
import { stubIndex } from "../stubs/stub-index.ts";
import { isStubIndex } from "./settings.ts";
import type { UvLock } from "./uv-lock.ts";

/** A package of uv.lock that is not what Spack has today. */
export interface StalePackage {
  readonly name: string;
  /** What the lock has. */
  readonly locked: string;
  /** What Spack has; undefined when it has it no more. */
  readonly installed: string | undefined;
  /**
   * version: Spack has another one. metadata: the same version, with other requirements or another place in the store.
   * gone: Spack has it no more. elsewhere: the lock takes it from another index, although Spack has it.
   */
  readonly why: "version" | "metadata" | "gone" | "elsewhere";
  /** For `elsewhere`: where from. */
  readonly source: string;
}

/**
 * Where a lock and what Spack has differ. uv does not see this for itself: it trusts what a local index held when the
 * lock was written (uv 0.13).
 */
export function stalePackages(lock: UvLock, environment: PythonEnvironment): readonly StalePackage[] {
  const { wheels } = stubIndex(environment);
  const owned = new Map(environment.distributions.map((one) => [one.name, one]));
  return lock.packages.flatMap(({ name, version: locked = "", source, hashes }): readonly StalePackage[] => {
    const installed = owned.get(name)?.version;
    const found = { name, locked, installed, source: source.at };
    if (!isStubIndex(source.at)) {
      // A project of the workspace, or a path, is meant to be what it is.
      const fromIndex = source.kind === "registry" && installed !== undefined;
      return fromIndex ? [{ ...found, why: "elsewhere" }] : [];
    }
    const wheel = wheels.get(name);
    if (installed === undefined || wheel === undefined) return [{ ...found, why: "gone" }];
    if (!sameVersion(installed, locked)) return [{ ...found, why: "version" }];
    return hashes.includes(`sha256:${sha256(wheel.content)}`) ? [] : [{ ...found, why: "metadata" }];
  });
}

/** One line about it. */
export function staleText({ name, locked, installed, why, source }: StalePackage): string {
  switch (why) {
    case "version":
      return `${name}: the lock has ${locked}, Spack has ${installed}`;
    case "metadata":
      return `${name} ${locked}: its requirements, or where the store is, changed since the lock was written`;
    case "gone":
      return `${name} ${locked}: Spack has it no more`;
    case "elsewhere":
      return `${name}: the lock takes ${locked} from ${source}, although Spack has ${installed}`;
  }
}
