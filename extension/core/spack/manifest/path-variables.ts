import path from "node:path";
import type { SpackContext } from "../context/context.ts";
import { targetFamily } from "../spec/microarchitectures.ts";

/** A path with everything put in for its variables, or the variables that are unknown here. */
export type ExpandedPath =
  | { readonly known: true; readonly path: string; readonly remote: boolean }
  | { readonly known: false; readonly unknown: readonly string[] };

export interface PathBase {
  /** The folder that a relative path starts from, at the site. */
  readonly folder: string;
  /**
   * What `$env` stands for; undefined where Spack leaves it as it is: it reads `include` and `view` before the environment
   * is active.
   */
  readonly environmentFolder?: string;
}

/**
 * A path of a configuration file as Spack 1.1 resolves it: its own variables (`$spack`, `${os}` …, whatever their case), then
 * environment variables, `~`, `file:` URLs, and relative paths from `base.folder`. Other URLs are remote.
 */
export function expandPath(text: string, base: PathBase, context: SpackContext): ExpandedPath {
  const unknown: string[] = [];
  const own = ownVariables(base, context);
  const put = text.replace(/\$\w+\b|\$\{\w+\}/gu, (match) => {
    const name = match.replace(/[${}]/g, "");
    const value = own.get(name.toLowerCase());
    if (value === undefined) return match;
    if (value.known) return value.text;
    unknown.push(`$${name}`);
    return match;
  });
  const given = put.replace(/\$(\w+)|\$\{([^}]*)\}/g, (match, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? "";
    if (unknown.includes(`$${name}`)) return match;
    if (context.environment !== undefined) return context.environment[name] ?? match;
    unknown.push(`$${name}`);
    return match;
  });
  const home = expandHome(given, context);
  if (home === undefined) unknown.push("~");
  if (unknown.length > 0 || home === undefined) return { known: false, unknown: [...new Set(unknown)] };
  return resolve(home, base.folder);
}

type Value = { readonly known: true; readonly text: string } | { readonly known: false };

function ownVariables(base: PathBase, context: SpackContext): ReadonlyMap<string, Value> {
  const value = (text: string | undefined): Value =>
    text === undefined ? { known: false } : { known: true, text };
  const architecture = value(architectureText(context));
  const os = value(context.os);
  const variables: [string, Value][] = [
    ["spack", value(context.spackRoot)],
    ["user", value(context.user)],
    ["tempdir", value(context.temporary)],
    ["user_cache_path", value(context.userCachePath)],
    ["spack_instance_id", { known: false }],
    ["architecture", architecture],
    ["arch", architecture],
    ["platform", value(context.platform)],
    ["operating_system", os],
    ["os", os],
    ["target", value(context.target)],
    ["target_family", value(context.target === undefined ? undefined : targetFamily(context.target))],
    ["date", value(context.date)],
    ["spack_short_version", value(context.spackShortVersion)],
  ];
  if (base.environmentFolder !== undefined) variables.push(["env", value(base.environmentFolder)]);
  return new Map(variables);
}

/** `linux-debian12-zen3`; undefined when a part is unknown. */
function architectureText(context: SpackContext): string | undefined {
  const { platform, os, target } = context;
  return platform === undefined || os === undefined || target === undefined
    ? undefined
    : `${platform}-${os}-${target}`;
}

/** Undefined when somebody's home is unknown here. `~name` of a user that may not exist cannot be told either. */
function expandHome(text: string, context: SpackContext): string | undefined {
  if (!text.startsWith("~")) return text;
  const end = text.includes("/") ? text.indexOf("/") : text.length;
  if (end > 1) return undefined;
  return context.home === undefined ? undefined : context.home.replace(/\/+$/, "") + text.slice(end);
}

function resolve(text: string, folder: string): ExpandedPath {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "file") return { known: true, path: text, remote: true };
  const local = scheme === "file" ? filePath(text) : text;
  return { known: true, path: absolute(local, folder), remote: false };
}

function filePath(url: string): string {
  const rest = url.slice("file:".length).replace(/[?#].*$/, "");
  const unhosted = rest.startsWith("//") ? rest.replace(/^\/\/[^/]*/, "") : rest;
  try {
    return decodeURIComponent(unhosted);
  } catch {
    return unhosted;
  }
}

/** Like Python's normpath of a join: no slash at the end, and exactly two at the start stay two. */
function absolute(text: string, folder: string): string {
  const joined = text.startsWith("/") ? text : `${folder}/${text}`;
  const normal = path.posix.normalize(joined).replace(/(?<=.)\/+$/, "");
  return /^\/\/(?!\/)/.test(joined) && !normal.startsWith("//") ? `/${normal}` : normal;
}
