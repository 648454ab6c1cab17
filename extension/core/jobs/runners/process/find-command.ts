import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * Whether `command` can be executed, as execvp(3) would look for it: ENOENT or EACCES when not. A command with a slash
 * counts from `cwd`.
 */
export function commandFailure(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): "ENOENT" | "EACCES" | undefined {
  const places = command.includes("/")
    ? [path.resolve(cwd, command)]
    : (env["PATH"] ?? "/bin:/usr/bin").split(":").map((folder) => path.resolve(cwd, folder, command));
  if (command === "") return "ENOENT";
  let found: "ENOENT" | "EACCES" = "ENOENT";
  for (const file of places) {
    if (!isFile(file)) continue;
    try {
      accessSync(file, constants.X_OK);
      return undefined;
    } catch {
      found = "EACCES";
    }
  }
  return found;
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
