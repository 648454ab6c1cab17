import { homedir } from "node:os";
import path from "node:path";

/**
 * A path of the configuration (absolute, `~/…`, or relative to the repository) as devcontainer.json names it: absolute in
 * host mode; in portable mode with the variables of the specification, so that nothing of this machine is in it.
 */
export function placeOnHost(source: string, mode: "host" | "portable", root: string): string {
  const inHome = /^~(\/|$)/.test(source);
  if (mode === "host") return path.resolve(root, inHome ? path.join(homedir(), source.slice(1)) : source);
  if (path.isAbsolute(source)) return path.normalize(source);
  return inHome
    ? path.posix.join("${localEnv:HOME}", source.slice(1))
    : path.posix.join("${localWorkspaceFolder}", source);
}
