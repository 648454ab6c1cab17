import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { systemCode } from "../../base/errors.ts";

/** What a repository already has, as far as its top folder shows. */
export interface RepositoryTraits {
  /** Bazel's root markers: MODULE.bazel, WORKSPACE, WORKSPACE.bazel. */
  readonly bazel: boolean;
  /** First line of .bazelversion. */
  readonly bazelVersion: string | undefined;
  readonly spack: boolean;
  readonly python: boolean;
  /** From .python-version. */
  readonly pythonVersion: string | undefined;
  readonly rust: boolean;
  readonly go: boolean;
  readonly config: boolean;
  /** A devcontainer.json that Sygaldry did not render. */
  readonly foreignDevcontainer: string | undefined;
}

const devcontainerFiles = [".devcontainer/devcontainer.json", ".devcontainer.json"];

export async function recogniseRepository(root: string): Promise<RepositoryTraits> {
  const has = async (...names: readonly string[]) =>
    (await Promise.all(names.map((name) => exists(path.join(root, name))))).some(Boolean);
  const [bazel, spack, python, rust, go, config] = await Promise.all([
    has("MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel"),
    has("spack.yaml", "spack/spack.yaml", "spack/tools/spack.yaml"),
    has("pyproject.toml", "setup.py", "requirements.txt", "uv.lock"),
    has("Cargo.toml"),
    has("go.mod", "go.work"),
    has("sygaldry.yaml"),
  ]);
  return {
    bazel,
    bazelVersion: await version(path.join(root, ".bazelversion")),
    spack,
    python,
    pythonVersion: await version(path.join(root, ".python-version")),
    rust,
    go,
    config,
    foreignDevcontainer: await foreignDevcontainer(root),
  };
}

async function foreignDevcontainer(root: string): Promise<string | undefined> {
  if (await exists(path.join(root, ".devcontainer/.sygaldry.json"))) return undefined;
  for (const name of devcontainerFiles) if (await exists(path.join(root, name))) return name;
  return undefined;
}

/** A plain version number on the first line; anything else (ranges, forks, names) is not ours to repeat. */
async function version(file: string): Promise<string | undefined> {
  try {
    const line = (await readFile(file, "utf8")).split(/\r?\n/)[0]?.trim() ?? "";
    return /^[0-9]+(\.[0-9]+)*$/.test(line) ? line : undefined;
  } catch (error) {
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}
