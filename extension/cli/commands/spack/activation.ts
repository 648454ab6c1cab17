import { readlink } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists, sha256 } from "../../../core/base/files.ts";
import type { Activation } from "../../../core/spack/activate/activation.ts";
import {
  chosenView,
  environmentActivation,
  type ViewChoice,
} from "../../../core/spack/activate/environment-activation.ts";
import { type ExactKey, exactActivation } from "../../../core/spack/activate/exact.ts";
import { type EnvironmentFolder, lockName } from "../../../core/spack/find-environments.ts";
import { readLockfile } from "../../../core/spack/lockfile/read-lockfile.ts";
import { readDatabase, readVerifier } from "../../../core/spack/store/read-database.ts";
import type { Output } from "../../output.ts";
import type { SiteOptions } from "../../site.ts";
import { openSpack, type ReadPlace, readPlace } from "./place.ts";

/** When Spack itself is asked: always, or where a recipe is not understood. */
export type Exactness = "always" | "needed" | undefined;

export interface ActivationRequest extends SiteOptions {
  readonly choice: ViewChoice;
  readonly exact?: Exactness;
}

/** What activating an environment changes, as far as it is known without Spack, or as Spack says. */
export async function activationOf(
  request: ActivationRequest,
  environment: EnvironmentFolder,
  output: Output,
  signal: AbortSignal,
): Promise<Activation> {
  const place = await readPlace(request, environment, output, signal);
  const ask = () => askSpack(request, environment, place, output, signal);
  if (request.exact === "always") return ask();
  const { context, store, manifest } = place;
  const options = { paths: context.paths, signal };
  const [lock, database, ...upstreams] = await Promise.all([
    readLockfile(path.join(environment.folder, lockName), signal),
    store.root === undefined ? undefined : readDatabase(store.root, options),
    ...store.upstreams.map((root) => readDatabase(root, options)),
  ]);
  const source = {
    ...{ manifest, lock, database, context },
    upstreams: upstreams.filter((upstream) => upstream !== undefined),
  };
  const known = await environmentActivation(source, request.choice);
  return request.exact === "needed" && known.warnings.length > 0 ? ask() : known;
}

async function askSpack(
  request: ActivationRequest,
  environment: EnvironmentFolder,
  { manifest, context, store }: ReadPlace,
  output: Output,
  signal: AbortSignal,
): Promise<Activation> {
  const { site, program } = await openSpack(request, environment, output);
  const view = chosenView(manifest, request.choice);
  const link = view?.root === undefined ? "" : await readlink(context.paths.local(view.root)).catch(() => "");
  const lock = (await readTextIfExists(path.join(environment.folder, lockName))) ?? "";
  const sources = manifest.scopes.flatMap((scope) => scope.sources.map(({ text }) => text));
  const key: ExactKey = {
    ...{ path: manifest.folder, view: view?.name, viewState: link, lockDigest: sha256(lock) },
    configuration: sha256(JSON.stringify(sources)),
    storeState: (store.root && (await readVerifier(store.root, context.paths))) ?? "",
  };
  const file = `sygaldry-activate-${view?.name ?? "none"}.json`;
  return exactActivation(site, program, key, path.join(environment.folder, ".spack-env", file), signal);
}
