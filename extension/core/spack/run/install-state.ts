import type { Block } from "./blocks.ts";
import type { InstallEvent, Origin, PackageId } from "./events.ts";
import type { FindPackage } from "./package-id.ts";

/** What the reader of an installation's output remembers from line to line. */
export interface InstallState {
  readonly find: FindPackage;
  readonly running: Map<string, { readonly package: PackageId; readonly from: Origin | undefined }>;
  readonly ended: Set<string>;
  /** Errors without a package's name, until a later line tells whose they are. */
  readonly nameless: Block[];
  /** Packages that failed, whose log a later message names (`config:installer:new`). */
  readonly unexplained: Map<string, PackageId>;
  /** Somebody pressed Ctrl-C: what then goes wrong is no package's failure. */
  interrupted: boolean;
  /** `Successfully installed`, whose times and prefix come on the next lines. */
  done: Extract<InstallEvent, { kind: "installed" }> | undefined;
}

export function installState(find: FindPackage): InstallState {
  return {
    ...{ find, running: new Map(), ended: new Set(), nameless: [], unexplained: new Map() },
    ...{ interrupted: false, done: undefined },
  };
}

/** Notes that a package will not be reported again. */
export function finish(state: InstallState, { hash }: PackageId): void {
  state.running.delete(hash);
  state.ended.add(hash);
}
