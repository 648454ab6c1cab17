import { realpathSync } from "node:fs";
import { SygaldryError } from "../core/base/errors.ts";
import type { LoadOptions } from "../core/project/config.ts";
import type { ConfigFlags } from "../core/project/overrides.ts";
import type { OutputOptions } from "./output.ts";

/** The options every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly projectId?: string;
  readonly image?: string;
  readonly gpu?: string;
  readonly storageRoot?: string;
  readonly portable?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function outputOptions(options: CommonOptions): OutputOptions {
  return { json: options.json ?? false, quiet: options.quiet ?? false, verbose: options.verbose ?? false };
}

/** Where the configuration is read from, flags included. */
export function loadOptions(options: CommonOptions): LoadOptions {
  const flags: ConfigFlags = {
    ...(options.projectId === undefined ? {} : { projectId: options.projectId }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.gpu === undefined ? {} : { gpu: options.gpu }),
    ...(options.storageRoot === undefined ? {} : { storageRoot: options.storageRoot }),
    ...(options.portable === undefined ? {} : { portable: options.portable }),
  };
  return {
    cwd: workingDirectory(),
    environment: process.env,
    flags,
    ...(options.config === undefined ? {} : { file: options.config }),
  };
}

/** The working directory as the user sees it: VS Code names a folder's container by its path with symbolic links unresolved. */
function workingDirectory(): string {
  const cwd = existingFolder();
  const shown = process.env["PWD"];
  if (shown === undefined || shown === cwd) return cwd;
  try {
    return realpathSync(shown) === realpathSync(cwd) ? shown : cwd;
  } catch {
    return cwd;
  }
}

function existingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new SygaldryError("SYG-FILE", "the working directory does not exist any more", {
      ...{ cause, next: "Change to a folder that is there." },
    });
  }
}
