import type { Log } from "../core/base/log.ts";
import type { Environment } from "../core/project/overrides.ts";

/** What the language service has of its surroundings. */
export interface LanguagePorts {
  readonly log: Log;
  /** Of this process. */
  readonly environment: Environment;
  /** Does `work` once after so many milliseconds; the answer cancels it. */
  readonly later: (milliseconds: number, work: () => void) => () => void;
  /** Milliseconds between two looks at files of which nobody tells a change. */
  readonly poll: number;
}

/** What the user has set in the editor. */
export interface LanguageSettings {
  /** Where Spack is, besides SPACK_ROOT and the image's place. */
  readonly spackRoot: string | undefined;
  readonly inlayHints: boolean;
  readonly codeLenses: boolean;
}

export const defaultSettings: LanguageSettings = { spackRoot: undefined, inlayHints: true, codeLenses: true };

/** From the `sygaldry` section of the client's configuration; what is of the wrong kind counts as not set. */
export function readSettings(value: unknown): LanguageSettings {
  const field = (key: string): unknown =>
    typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  const root = field("spackRoot");
  const on = (key: "inlayHints" | "codeLenses") => {
    const set = field(key);
    return typeof set === "boolean" ? set : defaultSettings[key];
  };
  return {
    spackRoot: typeof root === "string" && root !== "" ? root : undefined,
    inlayHints: on("inlayHints"),
    codeLenses: on("codeLenses"),
  };
}
