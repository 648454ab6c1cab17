import { createHash } from "node:crypto";
import { readlink, realpath } from "node:fs/promises";
import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { redactor } from "../../base/redact.ts";
import type { Site } from "../../site/site.ts";
import type { WorkspaceRoot } from "../workspace/find-root.ts";
import type { CacheInfo, WorkspaceInfo } from "./info.ts";
import { lockedModules, spackRepositories } from "./modules.ts";
import { type RcOption, rcOptions, rcValue } from "./rc-options.ts";

/** Milliseconds for counting a cache. */
const patience = 4_000;

/**
 * What files tell of a workspace, its output base, server and caches at the site. Starts no server, waits for no lock and
 * does not run Bazel at all.
 */
export async function readInfo(
  site: Site,
  { root, files }: WorkspaceRoot,
  signal: AbortSignal,
): Promise<WorkspaceInfo> {
  const surroundings = await readSurroundings(site, signal);
  const sitePath = site.kind === "container" ? site.paths.site(root) : await realpath(root);
  const options = await allOptions(site, root, surroundings);
  const value = (name: string, ...commands: readonly string[]) =>
    rcValue(options, commands, name)?.replaceAll("%workspace%", sitePath);
  const user = value("output_user_root", "startup") ?? surroundings.outputUserRoot;
  const base = await outputBase(site, root, sitePath, user, value("output_base", "startup"));
  const there = await lookInto(site, base.path, signal);
  const forBuild = ["always", "common", "build"];
  const [disk, repository] = [
    value("disk_cache", ...forBuild),
    value("repository_cache", ...forBuild, "fetch"),
  ];
  const caches = await Promise.all([
    disk === undefined || disk === "" ? undefined : cacheInfo(site, absolute(sitePath, disk), signal),
    cacheInfo(site, repository || path.posix.join(user, "cache/repos/v1"), signal),
  ]);
  const remote = value("remote_cache", ...forBuild);
  return {
    ...{ root, files, outputUserRoot: user },
    outputBase: { ...base, exists: there.exists },
    server: { running: there.pid !== undefined, pid: there.pid },
    ...{ diskCache: caches[0], repositoryCache: caches[1] },
    remoteCache: remote === undefined || remote === "" ? undefined : redactor([])(remote),
    modules: await lockedModules(root),
    spack: await spackRepositories(root, there.external),
  };
}

interface Surroundings {
  readonly outputUserRoot: string;
  readonly systemRc: string;
  readonly homeRc: string;
}

const marker = "---sygaldry---";
const surroundingsScript = `
  printf '%s\\n' "\${XDG_CACHE_HOME:-$HOME/.cache}" "\${USER:-$(id -un)}"
  cat /etc/bazel.bazelrc 2>/dev/null
  printf '\\n${marker}\\n'
  cat "$HOME/.bazelrc" 2>/dev/null
  exit 0`;

async function readSurroundings(site: Site, signal: AbortSignal): Promise<Surroundings> {
  const { exitCode, stdout, stderr } = await site.run(
    { command: "sh", args: ["-c", surroundingsScript] },
    { signal },
  );
  if (exitCode !== 0) throw new SygaldryError("SYG-PROCESS", `the site cannot be asked: ${stderr.trim()}`);
  const [cache = "", user = "", ...lines] = stdout.split("\n");
  const [systemRc = "", homeRc = ""] = lines.join("\n").split(`\n${marker}\n`);
  return { outputUserRoot: path.posix.join(cache, "bazel", `_bazel_${user}`), systemRc, homeRc };
}

/** In the order in which Bazel reads the files; imports that only the site has are left out. */
async function allOptions(site: Site, root: string, around: Surroundings): Promise<readonly RcOption[]> {
  const read = (file: string) =>
    readTextIfExists(
      file.startsWith("%workspace%")
        ? path.join(root, file.slice("%workspace%".length))
        : path.resolve(root, site.paths.local(file)),
    ).catch(() => undefined);
  const own = (await readTextIfExists(path.join(root, ".bazelrc"))) ?? "";
  const all = await Promise.all([around.systemRc, own, around.homeRc].map((text) => rcOptions(text, read)));
  return all.flat();
}

async function outputBase(
  site: Site,
  root: string,
  sitePath: string,
  user: string,
  option: string | undefined,
): Promise<Pick<WorkspaceInfo["outputBase"], "path" | "by">> {
  if (option !== undefined && option !== "") return { path: option, by: "option" };
  // As Bazel's client names it: the MD5 of the workspace's path.
  const named = path.posix.join(user, createHash("md5").update(sitePath).digest("hex"));
  const link = await readlink(path.join(root, "bazel-out")).catch(() => "");
  const [, linked] = /^(.+)\/execroot\/[^/]+\/bazel-out$/.exec(link) ?? [];
  // That of a workspace that was moved, or of another site, is not ours.
  const marked = linked === undefined ? undefined : await markedPath(site.paths.local(linked));
  return linked !== undefined && linked !== named && marked === sitePath
    ? { path: linked, by: "links" }
    : { path: named, by: "name" };
}

/** An output base says for which workspace it is. */
function markedPath(base: string): Promise<string | undefined> {
  return readTextIfExists(path.join(base, "DO_NOT_BUILD_HERE")).then((text) => text?.trim());
}

/** A process id may have been given out again, so the process must be a server of this output base. */
const lookScript = `
  [ -d "$1" ] || exit 0
  echo there
  pid=$(cat "$1/server/server.pid.txt" 2>/dev/null) || pid=
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    if [ ! -r "/proc/$pid/cmdline" ] || tr '\\0' '\\n' <"/proc/$pid/cmdline" | grep -qxF -e "--output_base=$1"; then echo "pid $pid"; fi
  fi
  ls "$1/external" 2>/dev/null | sed 's/^/external /'
  exit 0`;

async function lookInto(site: Site, base: string, signal: AbortSignal) {
  const { stdout } = await site.run({ command: "sh", args: ["-c", lookScript, "sh", base] }, { signal });
  const lines = stdout.split("\n");
  const pid = lines.find((line) => line.startsWith("pid "))?.slice(4);
  return {
    exists: lines.includes("there"),
    pid: pid === undefined ? undefined : Number(pid),
    external: lines.flatMap((line) => (line.startsWith("external ") ? [line.slice(9)] : [])),
  };
}

async function cacheInfo(site: Site, folder: string, signal: AbortSignal): Promise<CacheInfo> {
  const command = { command: "du", args: ["-sk", "--", folder] };
  const { exitCode, stdout, timedOut } = await site.run(command, { signal, timeout: patience });
  const kibibytes = timedOut ? undefined : /^(\d+)\s/.exec(stdout)?.[1];
  return {
    path: folder,
    exists: timedOut || exitCode === 0 || kibibytes !== undefined,
    size: kibibytes === undefined ? undefined : Number(kibibytes) * 1024,
  };
}

function absolute(root: string, folder: string): string {
  return path.posix.resolve(root, folder);
}
