import { stat } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { processRunner } from "../../../core/base/process.ts";
import type { SpackRepository } from "../../../core/bazel/repository/model.ts";
import {
  type ChosenEnvironment,
  nameRepositories,
  spackRepository,
} from "../../../core/bazel/repository/spack-repository.ts";
import type { ProjectConfig } from "../../../core/project/config.ts";
import { locateStore } from "../../../core/spack/environment/locate-store.ts";
import { environmentNamed, findEnvironments, manifestName } from "../../../core/spack/find-environments.ts";
import { readManifest } from "../../../core/spack/manifest/manifest.ts";
import type { Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { repositoryEnvironments, requireLock } from "../spack/context.ts";
import { spackSite } from "../spack/spack-site.ts";

/** The Spack environments that become Bazel repositories. Throws SYG-SPACK-LOCK for one that was never solved. */
export async function readRepositories(
  options: SiteOptions,
  root: string,
  project: ProjectConfig | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<readonly SpackRepository[]> {
  const chosen = await chooseEnvironments(options, root, project, signal);
  if (chosen.length === 0) return [];
  const { context } = await spackSite(options, output, signal);
  const site = context.paths.site(root);
  return Promise.all(
    chosen.map(async (each): Promise<SpackRepository> => {
      const { folder } = each.environment;
      const { lock } = await requireLock(each.environment, signal);
      const manifest = await readManifest(path.join(folder, manifestName), { context, signal });
      // What this machine or its user has set is no part of the repository.
      const scopes = manifest.scopes.filter((scope) => scope.path.startsWith(`${site}/`));
      return spackRepository(each, root, lock, locateStore({ ...manifest, scopes }, context, undefined));
    }),
  );
}

async function chooseEnvironments(
  options: SiteOptions,
  workspace: string,
  project: ProjectConfig | undefined,
  signal: AbortSignal,
): Promise<readonly ChosenEnvironment[]> {
  const { root, environments } = await repositoryEnvironments(options, signal);
  const wanted = project?.config.bazel.environments;
  if (wanted === undefined) {
    // Without a repository all that is below the workspace is meant, not what is below the working directory.
    const outside = !isBelow(workspace, root);
    return nameRepositories(
      outside ? await findEnvironments(workspace, { runner: processRunner, signal }) : environments,
    );
  }
  return Promise.all(
    Object.entries(wanted).map(async ([name, setting]): Promise<ChosenEnvironment> => {
      const { path: folder, store } =
        typeof setting === "string" ? { path: setting, store: undefined } : setting;
      const environment = await environmentNamed(folder, root, root, environments);
      if (environment !== undefined) return { name, environment, store };
      throw new SygaldryError(
        "SYG-SPACK-ENV",
        `bazel.environments.${name}: there is no environment ${folder}`,
        {
          next: `Make it: sygaldry spack create ${folder}; or correct the path in ${project?.file ?? "sygaldry.yaml"}.`,
        },
      );
    }),
  );
}

/** Where the store of this machine's own Spack is, when builds here would look for it elsewhere. */
export async function unusualStore(
  options: SiteOptions,
  repositories: readonly SpackRepository[],
  output: Output,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!repositories.some(({ store }) => store === undefined)) return undefined;
  const { store } = await spackSite(options, output, signal);
  if (store === undefined || store === usualStore) return undefined;
  return (await stat(store).catch(() => undefined)) === undefined ? undefined : store;
}

/** DEFAULT_STORE of the rules. */
const usualStore = "/opt/spack_store";

/** Whether a folder is another one or lies in it. */
export function isBelow(folder: string, top: string): boolean {
  return !path.relative(top, folder).split(path.sep).includes("..");
}
