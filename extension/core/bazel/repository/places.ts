import type { SpackRepository } from "./model.ts";

/** Where the @spack module lies in a repository. */
export const moduleFolder = "third_party/spack";

/** The file of targets that the repository adds to @spack, or to another of its Spack repositories. */
export function buildFilePath({ name }: SpackRepository): string {
  return name === "spack" ? "third_party/BUILD.spack" : `third_party/BUILD.${name}`;
}

/** The names of BUILD files, the one that wins first. */
export const buildFileNames = ["BUILD.bazel", "BUILD"] as const;

/** Files at the workspace's root that setting it up reads, and may write into. */
export const rootFileNames = [
  ...["MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel", "WORKSPACE.bzlmod", "REPO.bazel"],
  ...[".bazelrc", ".bazelversion", ".gitignore", "Cargo.toml", "go.mod"],
] as const;
