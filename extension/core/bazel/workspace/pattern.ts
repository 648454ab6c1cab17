import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";

/** Which targets are meant. */
export interface TargetPattern {
  /** `@spack` or `@@rules_cc+`; undefined for the workspace's own. */
  readonly repository: string | undefined;
  /** Below the root with '/'; empty for the root. */
  readonly folder: string;
  readonly scope: "below" | "package" | "target";
  /** Of the target. */
  readonly name: string | undefined;
}

/**
 * Reads `//...`, `//a/b/...`, `//a/b` (short for `//a/b:b`), `//a/b:all`, `//a/b:name`, and the same without `//` relative to
 * `folder` (below the root with '/'): `...`, `:name`, `b`, `b:name`. What is no label but a path (`.`, `./b`, `b/`, `../b`)
 * means the package there. Throws SYG-USAGE for what is none.
 */
export function parsePattern(text: string, folder: string): TargetPattern {
  const [, repository, absolute, rest = ""] = /^(@@?[^/:]*)?(\/\/)?(.*)$/s.exec(text) ?? [];
  if (repository !== undefined && absolute === undefined) throw wrong(text);
  const [below = "", name, ...more] = rest.split(":");
  if (more.length > 0 || (rest === "" && absolute === undefined) || name === "") throw wrong(text);
  const recursive = below === "..." || below.endsWith("/...");
  const written = recursive ? below.replace(/\/?\.\.\.$/, "") : below;
  if (recursive && name !== undefined && !everything.has(name)) throw wrong(text);
  const at = absolute === undefined ? path.posix.join(folder, written) : written;
  const plain = path.posix.normalize(`/${at}`).slice(1).replace(/\/$/, "");
  // Labels do not go up; a path of a shell may, but not out of the workspace.
  if (absolute !== undefined ? plain !== written : at.startsWith("..")) throw wrong(text);
  if (recursive) return { repository, folder: plain, scope: "below", name: undefined };
  const isPath = absolute === undefined && (/^\.\.?(\/|$)/.test(written) || written.endsWith("/"));
  const short = plain === "" || isPath ? "all" : path.posix.basename(plain);
  const target = name ?? short;
  return everything.has(target)
    ? { repository, folder: plain, scope: "package", name: undefined }
    : { repository, folder: plain, scope: "target", name: target };
}

const everything = new Set(["all", "*", "all-targets"]);

/** The pattern as Bazel takes it; rules alone, as everywhere here. */
export function patternText({ repository = "", folder, scope, name }: TargetPattern): string {
  const start = `${repository}//${folder}`;
  if (scope === "target") return `${start}:${name}`;
  return scope === "package" ? `${start}:all` : folder === "" ? `${start}...` : `${start}/...`;
}

/** Whether the pattern means this package of the workspace, or a target in it. */
export function coversPackage({ folder, scope }: TargetPattern, label: string): boolean {
  const below = label.slice("//".length);
  return scope === "below"
    ? folder === "" || below === folder || below.startsWith(`${folder}/`)
    : below === folder;
}

function wrong(text: string): SygaldryError {
  return new SygaldryError("SYG-USAGE", `"${text}" is no target pattern`, {
    next: "Write //..., //some/package/..., //some/package:all or //some/package:target, or the same without // from here.",
  });
}
