import { SygaldryError } from "../base/errors.ts";
import type { ProjectConfig } from "./config.ts";
import type { KeyPath } from "./yaml-source.ts";

/**
 * Runs `work`; a SYG-CONFIG-… error of it whose message begins with a setting ("tools.python: …") gets that setting's
 * place in front (file:line:column, or the variable or flag it came from).
 */
export function located<T>(project: Pick<ProjectConfig, "origin">, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SygaldryError) || !error.code.startsWith("SYG-CONFIG-")) throw error;
    const key = /^([a-z]\w*(?:\.[\w-]+)*): /i.exec(error.message)?.[1]?.split(".");
    const place = key === undefined ? undefined : placeOf(project, key);
    if (place === undefined) throw error;
    throw new SygaldryError(error.code, `${place}: ${error.message}`, {
      cause: error.cause,
      ...(error.next === undefined ? {} : { next: error.next }),
      ...(error.data === undefined ? {} : { data: error.data }),
    });
  }
}

/** Of the tool's version where a variable or a long form gives it, of the setting, or of the nearest mapping around it. */
function placeOf(project: Pick<ProjectConfig, "origin">, key: KeyPath): string | undefined {
  const around = key.map((_, index) => key.slice(0, key.length - index));
  const [own = [], ...outer] = around;
  const origins = [[...own, "version"], own, [...own, "from"], ...outer].map((path) => project.origin(path));
  return origins.find(({ kind }) => kind !== "default")?.text;
}
