import { existsSync } from "node:fs";
import path from "node:path";
import { SygaldryError } from "../base/errors.ts";

export const configFileName = "sygaldry.yaml";

/** The nearest sygaldry.yaml in `cwd` or above. Throws SYG-CONFIG-MISSING. */
export function findConfigFile(cwd: string): string {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    const file = path.join(folder, configFileName);
    if (existsSync(file)) return file;
    if (folder === path.dirname(folder)) break;
  }
  throw new SygaldryError("SYG-CONFIG-MISSING", `no ${configFileName} in ${path.resolve(cwd)} or above`, {
    next: "Run `sygaldry init` in the repository, or name the file with --config.",
  });
}

/** The repository's folder, without reading its configuration. */
export function projectRoot(cwd: string, file: string | undefined): string {
  return path.dirname(file === undefined ? findConfigFile(cwd) : path.resolve(cwd, file));
}
