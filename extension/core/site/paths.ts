/**
 * How paths of a site (where Spack, Bazel and uv run) translate to paths of this process, and back.
 * On the host the store that the container knows as /opt/spack_store lies in the project's storage; inside the container,
 * and without one, both are the same.
 */
export interface PathTranslation {
  /** The path as this process reaches it; unchanged when nothing is mounted there. */
  local(sitePath: string): string;
  /** The path as the site knows it; unchanged when no mount holds it. */
  site(localPath: string): string;
}

/** For a site that is this machine, or this container. */
export const samePaths: PathTranslation = { local: (path) => path, site: (path) => path };
