import { SygaldryError } from "../../../core/base/errors.ts";
import { sizeText } from "../../../core/base/text-size.ts";
import { askBazel } from "../../../core/bazel/info/ask-bazel.ts";
import type { CacheInfo, WorkspaceInfo } from "../../../core/bazel/info/info.ts";
import { readInfo } from "../../../core/bazel/info/read-info.ts";
import { findWorkspaceRoot } from "../../../core/bazel/workspace/find-root.ts";
import type { BazelProgram } from "../../../core/bazel/workspace/program.ts";
import { findBazel } from "../../../core/bazel/workspace/program.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput, table } from "../../output.ts";
import { chooseSite, type SiteOptions } from "../../site.ts";

interface InfoOptions extends SiteOptions {
  readonly start?: boolean;
}

export async function info(
  options: InfoOptions,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const workspace = await findWorkspaceRoot(loadOptions(options).cwd);
  const site = await chooseSite(options, output);
  const [known, bazel] = await Promise.all([
    readInfo(site, workspace, signal),
    findBazel(site, workspace.root, signal).catch((error: unknown) => noBazel(error, options)),
  ]);
  const asked =
    options.start === true && bazel !== undefined
      ? await askBazel(site, bazel.program, workspace.root, signal)
      : undefined;
  const all = infoJson(known, bazel, asked);
  if (keys.length === 0) output.result(all, infoText(known, bazel, asked));
  else
    output.result(
      selected(all, keys),
      keys.map((key) => valueText(valueAt(all, key), keys.length > 1 ? key : "")).join("\n"),
    );
  return 0;
}

/** What files tell stays true without Bazel. */
function noBazel(error: unknown, { start }: InfoOptions): undefined {
  const absent =
    error instanceof SygaldryError && /^SYG-(TOOL-MISSING|BAZEL|BAZEL-VERSION)$/.test(error.code);
  if (!absent || start === true) throw error;
}

function infoJson(
  known: WorkspaceInfo,
  bazel: BazelProgram | undefined,
  asked: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, unknown>> {
  const cache = (one: CacheInfo | undefined) =>
    one === undefined ? null : { path: one.path, exists: one.exists, size: one.size ?? null };
  return {
    ...{ workspace: known.root, files: known.files },
    version: { found: bazel?.version.text ?? null, wanted: bazel?.wanted ?? null },
    program: bazel?.program ?? null,
    ...{ output_base: known.outputBase.path, output_base_exists: known.outputBase.exists },
    ...{ output_base_by: known.outputBase.by, output_user_root: known.outputUserRoot },
    server: { running: known.server.running, pid: known.server.pid ?? null },
    disk_cache: cache(known.diskCache),
    repository_cache: cache(known.repositoryCache),
    remote_cache: known.remoteCache ?? null,
    spack: known.spack.map((one) => ({ ...one, lock: one.lock ?? null })),
    modules: known.modules,
    bazel: asked ?? null,
  };
}

function selected(all: Readonly<Record<string, unknown>>, keys: readonly string[]) {
  return Object.fromEntries(keys.map((key) => [key, valueAt(all, key)]));
}

/** `disk_cache.path`; a key of Bazel's own `info` where --start asked it. Throws SYG-USAGE for one that is not there. */
function valueAt(all: Readonly<Record<string, unknown>>, key: string): unknown {
  const within = (value: unknown, part: string): unknown =>
    typeof value === "object" && value !== null && Object.hasOwn(value, part)
      ? (value as Readonly<Record<string, unknown>>)[part]
      : undefined;
  const value = key.split(".").reduce<unknown>(within, all) ?? within(all["bazel"], key);
  if (value !== undefined) return value;
  throw new SygaldryError("SYG-USAGE", `there is no ${key}`, {
    next: `There are ${Object.keys(all).join(", ")}; --start adds those of \`bazel info\`.`,
  });
}

function valueText(value: unknown, key: string): string {
  const text = typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
  return key === "" ? text : `${key}: ${text}`;
}

function infoText(
  known: WorkspaceInfo,
  bazel: BazelProgram | undefined,
  asked: Readonly<Record<string, string>> | undefined,
): string {
  const { version, program, wanted } = bazel ?? {};
  const asksFor = wanted === undefined ? "" : ` (.bazelversion asks for ${wanted})`;
  const cache = (one: CacheInfo | undefined) =>
    one === undefined
      ? "none"
      : `${one.path}${!one.exists ? " (not there)" : one.size === undefined ? "" : `, ${sizeText(one.size)}`}`;
  const { running, pid } = known.server;
  const rows = [
    ["workspace", `${known.root} (${known.files.join(", ")})`],
    ["bazel", `${version === undefined ? "not found" : `${program} ${version.text}`}${asksFor}`],
    ["output base", `${known.outputBase.path}${known.outputBase.exists ? "" : " (not there)"}`],
    ["output user root", known.outputUserRoot],
    ["server", running ? `runs, process ${pid}` : "does not run"],
    ["disk cache", cache(known.diskCache)],
    ["repository cache", cache(known.repositoryCache)],
    ["remote cache", known.remoteCache ?? "none"],
    ...known.spack.map(({ name, lock, fetched }) => [
      `@${name}`,
      `${lock ?? "no lock named"}, ${fetched ? "fetched" : "not fetched yet"}`,
    ]),
    [
      "modules",
      known.modules.map((one) => `${one.name} ${one.version}`).join(", ") || "no lock with modules",
    ],
    ...Object.entries(asked ?? {}).map(([key, value]) => [`bazel info ${key}`, value]),
  ];
  return table(rows);
}
