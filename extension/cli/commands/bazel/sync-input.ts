import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import { chooseBazel, standardBazel } from "../../../core/bazel/repository/choose-bazel.ts";
import type {
  BazelChoice,
  EngineName,
  ExistingRepository,
  RemoteEngine,
  RepositoryInput,
  ToolchainName,
  Toolchains,
} from "../../../core/bazel/repository/model.ts";
import { buildFilePath, moduleFolder } from "../../../core/bazel/repository/places.ts";
import { readRepository } from "../../../core/bazel/repository/read-repository.ts";
import type { SyncRecord } from "../../../core/bazel/repository/record.ts";
import { findWorkspaceRoot } from "../../../core/bazel/workspace/find-root.ts";
import { findBazel } from "../../../core/bazel/workspace/program.ts";
import type { ProjectConfig } from "../../../core/project/config.ts";
import { defaultVersions } from "../../../core/project/default-versions.ts";
import { findRepository } from "../../../core/project/repository.ts";
import { loadOptions } from "../../options.ts";
import type { Output } from "../../output.ts";
import { chooseSite, isConfigured, type SiteOptions } from "../../site.ts";
import { repositoryRoot } from "../spack/context.ts";
import { isBelow, readRepositories } from "./sync-spack.ts";

/** Reads all that decides what `bazel sync` writes into the workspace at `root`. */
export async function readSyncInput(
  options: SiteOptions,
  root: string,
  record: SyncRecord,
  output: Output,
  signal: AbortSignal,
): Promise<RepositoryInput> {
  const project = await loadProject(options);
  const repositories = await readRepositories(options, root, project, output, signal);
  const own = [...repositories.map(buildFilePath), ...Object.keys(record.blocks)];
  const labelled = repositories.flatMap((each) => [each.lockPath, buildFilePath(each)]);
  const existing = await readRepository(root, own, labelled);
  return {
    bazel: await bazelOf(options, root, existing, project, output, signal),
    repositories,
    toolchains: toolchainsOf(existing, project),
    remote: remoteOf(project),
    existing,
  };
}

/**
 * The workspace that is meant: the repository's top where that is one, else the one that the working directory lies in, else, for
 * a new one, the repository's top. A workspace above the repository is another's.
 */
export async function syncRoot(options: SiteOptions): Promise<string> {
  const { cwd, file } = loadOptions(options);
  const from = file === undefined ? cwd : path.dirname(path.resolve(cwd, file));
  const top = await repositoryRoot(options);
  const bounded = isConfigured(loadOptions(options)) || (await findRepository(from)) !== undefined;
  const rootAt = async (folder: string): Promise<string | undefined> => {
    const found = await findWorkspaceRoot(folder).catch(() => undefined);
    // The copied module is a workspace of its own to Bazel, and the wrong one here.
    const copied = `/${moduleFolder}`;
    if (found?.root.endsWith(copied)) return rootAt(found.root.slice(0, -copied.length));
    return found !== undefined && (!bounded || isBelow(found.root, top)) ? found.root : undefined;
  };
  return (await rootAt(top)) ?? (await rootAt(from)) ?? top;
}

async function loadProject(options: SiteOptions): Promise<ProjectConfig | undefined> {
  const load = loadOptions(options);
  if (!isConfigured(load)) return undefined;
  const { loadConfig } = await import("../../../core/project/config.ts");
  return loadConfig(load);
}

async function bazelOf(
  options: SiteOptions,
  root: string,
  existing: ExistingRepository,
  project: ProjectConfig | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<BazelChoice> {
  const wanted = existing.files.get(".bazelversion")?.text.trim().split(/\s+/)[0];
  if (wanted) return chooseBazel(wanted, ".bazelversion");
  if (project !== undefined) {
    const origins = [
      ["tools", "bazel", "version"],
      ["tools", "bazel"],
    ].map((at) => project.origin(at).text);
    const from = origins.find((text) => text !== "default") ?? "what Sygaldry installs";
    return chooseBazel(versionOf(project.config.tools.bazel, "bazel"), from);
  }
  const site = await chooseSite(options, output);
  const found = await findBazel(site, root, signal).catch((error: unknown) => {
    if (error instanceof SygaldryError && error.code === "SYG-TOOL-MISSING") return undefined;
    throw error;
  });
  const { text, number } = found?.version ?? {};
  return text === undefined || number === undefined
    ? chooseBazel(standardBazel, "the version that Sygaldry is tested with")
    : chooseBazel(text.replace(/[^0-9A-Za-z.].*$/, ""), `${found?.program} here`);
}

function toolchainsOf({ files }: ExistingRepository, project: ProjectConfig | undefined): Toolchains {
  const found: readonly ToolchainName[] = [
    ...(["cc", "python"] as const),
    ...(files.has("Cargo.toml") ? (["rust"] as const) : []),
    ...(files.has("go.mod") ? (["go"] as const) : []),
  ];
  const wanted = project?.config.bazel.toolchains ?? found;
  const version = (name: ToolchainName) =>
    name === "cc" ? "" : versionOf(project?.config.tools[name], name);
  return Object.fromEntries(wanted.map((name) => [name, version(name)]));
}

/** The version that a tool's setting names, else the one that Sygaldry would install. */
function versionOf(
  setting: ProjectConfig["config"]["tools"][keyof ProjectConfig["config"]["tools"]],
  name: "python" | "rust" | "go" | "bazel",
): string {
  const text = typeof setting === "object" ? setting.version : setting;
  return typeof text === "string" && /^v?\d/.test(text) ? text.replace(/^v/, "") : defaultVersions[name];
}

function remoteOf(project: ProjectConfig | undefined): RepositoryInput["remote"] {
  const names = [
    "bazel-remote",
    "buildbarn",
    "nativelink",
    "buildbuddy",
  ] as const satisfies readonly EngineName[];
  const entries = names.flatMap((name): readonly [EngineName, RemoteEngine][] => {
    const setting = project?.config.bazel.remote[name];
    if (setting === undefined) return [];
    return [[name, typeof setting === "string" ? { cache: setting } : setting]];
  });
  return Object.fromEntries(entries);
}
