import { access } from "node:fs/promises";
import path from "node:path";
import { isJsonObject, type JsonObject } from "../../base/json-fields.ts";
import { type PathTranslation, samePaths } from "../../site/paths.ts";
import { metadataFolder, readMetadata, readMetadataJson } from "./metadata-file.ts";

/** Where an installed package came from. */
type InstallOrigin = "source" | "cache" | "unknown";

interface InstallPhase {
  /** As Spack names it: `stage`, `install`, or below another one `install/relocate`. */
  readonly path: string;
  readonly seconds: number;
}

/** The machine and Spack that built a package; for one from a build cache, those that filled the cache. */
interface InstallEnvironment {
  readonly spackVersion: string | undefined;
  readonly host: string | undefined;
  readonly os: string | undefined;
  readonly target: string | undefined;
}

/** What `<prefix>/.spack/` tells about one install. Format: Spack 0.20 to 1.2; older ones tell less. */
export interface InstallDetails {
  readonly origin: InstallOrigin;
  /** How long this install took: building, or fetching and relocating. Undefined where Spack did not record it. */
  readonly seconds: number | undefined;
  readonly phases: readonly InstallPhase[];
  readonly environment: InstallEnvironment | undefined;
  /** The build log, as the site knows it; also cache installs have that of the original build. */
  readonly log: string | undefined;
  /** What was there and could not be used, and why. */
  readonly problems: readonly string[];
}

export interface DetailOptions {
  readonly signal?: AbortSignal;
  readonly paths?: PathTranslation;
}

/** Spack's own order of looking: the old names are those of Spack before 0.14. */
const logNames = ["spack-build-out.txt", "build.out", "build.txt", "spack-build-out.txt.gz"];

/** What is recorded of the install at `prefix` (a path of the site). Missing and damaged records cost only themselves. */
export async function readInstallDetails(
  prefix: string,
  { signal, paths = samePaths }: DetailOptions = {},
): Promise<InstallDetails> {
  const local = paths.local(prefix);
  const [times, environment, cached, log] = await Promise.all([
    readMetadataJson(local, "install_times.json", signal),
    readMetadataJson(local, "install_environment.json", signal),
    readMetadata(local, "binary_distribution", signal),
    findLog(local),
  ]);
  const timed = times?.known === true ? times.value : undefined;
  return {
    origin: originOf(timed, cached.state !== "absent", log !== undefined),
    seconds: timed === undefined ? undefined : secondsIn(timed["total"]),
    phases: timed === undefined ? [] : phasesIn(timed["phases"]),
    environment: environment?.known === true ? environmentIn(environment.value) : undefined,
    log: log === undefined ? undefined : path.posix.join(prefix, metadataFolder, log),
    problems: [times, environment].flatMap((fact) => (fact?.known === false ? [fact.why] : [])),
  };
}

/** Spack before 0.20 did not write down the origin; a tarball's own record in the prefix gives a cache away. */
function originOf(times: JsonObject | undefined, fromTarball: boolean, hasLog: boolean): InstallOrigin {
  if (typeof times?.["cache"] === "boolean") return times["cache"] ? "cache" : "source";
  if (fromTarball) return "cache";
  return hasLog ? "source" : "unknown";
}

function phasesIn(value: unknown): readonly InstallPhase[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((phase: unknown) => {
    if (!isJsonObject(phase)) return [];
    const [name, seconds] = [phase["path"] ?? phase["name"], secondsIn(phase["seconds"])];
    return typeof name === "string" && seconds !== undefined ? [{ path: name, seconds }] : [];
  });
}

function secondsIn(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function environmentIn(value: JsonObject): InstallEnvironment {
  const text = (key: string) => (typeof value[key] === "string" ? value[key] : undefined);
  return {
    spackVersion: text("spack_version"),
    host: text("hostname"),
    os: text("host_os"),
    target: text("host_target"),
  };
}

async function findLog(prefix: string): Promise<string | undefined> {
  const there = await Promise.all(
    logNames.map((name) =>
      access(path.join(prefix, metadataFolder, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return logNames.find((_, index) => there[index]);
}
