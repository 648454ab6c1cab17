import { homedir } from "node:os";
import path from "node:path";
import { SygaldryError } from "../base/errors.ts";
import type { Environment } from "./overrides.ts";

/**
 * A path of the configuration as an absolute one: `~` is the user's home, a relative path is relative to `folder`.
 * Throws SYG-CONFIG-INVALID for `~name`, which only a shell knows.
 */
export function resolvePath(text: string, folder: string, environment: Environment): string {
  if (!text.startsWith("~")) return path.resolve(folder, text);
  if (text !== "~" && !text.startsWith("~/")) {
    throw new SygaldryError("SYG-CONFIG-INVALID", `${text}: only ~ and ~/… stand for a home folder`, {
      next: `Write the path out, or ./${text} for a folder of that name.`,
    });
  }
  return path.join(homeFolder(environment), text.slice(1));
}

/** Where this user's caches of Sygaldry lie. The XDG base directory specification has relative paths ignored. */
export function cacheFolder(environment: Environment): string {
  const cache = environment["XDG_CACHE_HOME"];
  const folder =
    cache !== undefined && path.isAbsolute(cache) ? cache : path.join(homeFolder(environment), ".cache");
  return path.join(folder, "sygaldry");
}

export function homeFolder(environment: Environment): string {
  return environment["HOME"] || homedir();
}
