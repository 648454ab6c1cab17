import { compareVersions, type PythonVersion, parseVersion } from "./version.ts";

/**
 * Whether `version` is one that `specifier` (`>=1.2,<2`, or nothing) allows, by PEP 440. Pre-releases count: what is installed
 * is there. Undefined when one of both cannot be read.
 */
export function allows(specifier: string, version: string): boolean | undefined {
  const found = parseVersion(version);
  if (found === undefined) return undefined;
  const clauses = specifier.split(",").map((clause) => clause.trim());
  const judged = clauses.filter((clause) => clause !== "").map((clause) => allowedBy(clause, version, found));
  return judged.includes(undefined) ? undefined : !judged.includes(false);
}

function allowedBy(clause: string, text: string, version: PythonVersion): boolean | undefined {
  const [, operator = "", wanted = "", star] = /^(===|~=|==|!=|<=|>=|<|>)\s*(.*?)(\.\*)?$/.exec(clause) ?? [];
  if (operator === "===") return text.trim().toLowerCase() === `${wanted}${star ?? ""}`.toLowerCase();
  const limit = parseVersion(wanted);
  if (limit === undefined) return undefined;
  if (star !== undefined) {
    if (operator !== "==" && operator !== "!=") return undefined;
    return startsWith(version, limit) === (operator === "==");
  }
  // The local part counts only where it is asked for.
  const plain = limit.local.length === 0 ? { ...version, local: [] } : version;
  const order = compareVersions(plain, limit);
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case "<":
      // Its own pre-releases come before it, and are not meant.
      return isPreRelease(limit) ? order < 0 : compareVersions(plain, { ...limit, dev: 0 }) < 0;
    case ">":
      return compareVersions({ ...version, local: [] }, limit) > 0 && !isPostOf(version, limit);
    case "~=":
      return limit.release.length < 2 ? undefined : order >= 0 && startsWith(plain, shortened(limit));
    default:
      return undefined;
  }
}

/** `==1.4.*`: a release that begins so; a prefix with a pre- or post-release must be met too. */
function startsWith(version: PythonVersion, prefix: PythonVersion): boolean {
  if (version.epoch !== prefix.epoch) return false;
  if (!prefix.release.every((part, index) => part === (version.release[index] ?? 0))) return false;
  if (prefix.pre === undefined && prefix.post === undefined && prefix.dev === undefined) return true;
  return compareVersions({ ...version, local: [], dev: prefix.dev }, prefix) === 0;
}

function shortened(limit: PythonVersion): PythonVersion {
  return {
    ...limit,
    release: limit.release.slice(0, -1),
    pre: undefined,
    post: undefined,
    dev: undefined,
    local: [],
  };
}

function isPreRelease({ pre, dev }: PythonVersion): boolean {
  return pre !== undefined || dev !== undefined;
}

/** `>1.0` leaves out `1.0.post1`, unless the limit is a post-release itself. */
function isPostOf(version: PythonVersion, limit: PythonVersion): boolean {
  if (limit.post !== undefined || version.post === undefined) return false;
  return compareVersions({ ...version, post: undefined, dev: undefined, local: [] }, limit) === 0;
}
