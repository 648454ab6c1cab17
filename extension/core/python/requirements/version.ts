/** A version of PEP 440. Two packages of npm that compare them were wrong on local versions and epochs, so this is our own. */
export interface PythonVersion {
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre: readonly [letter: "a" | "b" | "rc", number: number] | undefined;
  readonly post: number | undefined;
  readonly dev: number | undefined;
  readonly local: readonly (string | number)[];
}

const form =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?<preNumber>\d*))?(?:-(?<implicit>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

const letters = {
  alpha: "a",
  a: "a",
  beta: "b",
  b: "b",
  c: "rc",
  rc: "rc",
  pre: "rc",
  preview: "rc",
} as const;

/** Undefined for what is no version. */
export function parseVersion(text: string): PythonVersion | undefined {
  const groups = form.exec(text.trim().toLowerCase())?.groups;
  if (groups === undefined) return undefined;
  const { pre, preNumber, implicit, post, postNumber, dev, devNumber, local } = groups;
  return {
    epoch: Number(groups["epoch"] ?? 0),
    release: (groups["release"] ?? "").split(".").map(Number),
    pre: isLetter(pre) ? [letters[pre], Number(preNumber || 0)] : undefined,
    post:
      implicit === undefined ? (post === undefined ? undefined : Number(postNumber || 0)) : Number(implicit),
    dev: dev === undefined ? undefined : Number(devNumber || 0),
    local: local?.split(/[-_.]/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? [],
  };
}

function isLetter(text: string | undefined): text is keyof typeof letters {
  return text !== undefined && Object.hasOwn(letters, text);
}

/** The version as PEP 440 writes it (`1.0-1` → `1.0.post1`, `V2.0RC1` → `2.0rc1`); undefined for what is none. */
export function normalizeVersion(text: string): string | undefined {
  const version = parseVersion(text);
  if (version === undefined) return undefined;
  const { epoch, release, pre, post, dev, local } = version;
  return [
    epoch === 0 ? "" : `${epoch}!`,
    release.join("."),
    pre?.join("") ?? "",
    post === undefined ? "" : `.post${post}`,
    dev === undefined ? "" : `.dev${dev}`,
    local.length === 0 ? "" : `+${local.join(".")}`,
  ].join("");
}

/** Whether two versions are the same (`1.0` and `1.0.0`); texts that are no versions are compared as they are. */
export function sameVersion(one: string, other: string): boolean {
  const [first, second] = [parseVersion(one), parseVersion(other)];
  return first === undefined || second === undefined ? one === other : compareVersions(first, second) === 0;
}

/** The order of PEP 440: negative, 0 or positive. */
export function compareVersions(one: PythonVersion, other: PythonVersion): number {
  return compareLists(keyOf(one), keyOf(other)) || compareLocal(one.local, other.local);
}

/** dev < a < b < rc < nothing < post; and within each, dev before what it leads to. */
function keyOf({ epoch, release, pre, post, dev }: PythonVersion): readonly number[] {
  const places = [...release, ...Array.from({ length: Math.max(0, 16 - release.length) }, () => 0)];
  const stage = pre === undefined ? (post === undefined && dev !== undefined ? 0 : 4) : stages[pre[0]];
  const last = Number.POSITIVE_INFINITY;
  return [epoch, ...places, stage, pre?.[1] ?? 0, post ?? -1, dev ?? last];
}

const stages = { a: 1, b: 2, rc: 3 } as const;

function compareLists(one: readonly number[], other: readonly number[]): number {
  for (const [index, part] of one.entries()) {
    const against = other[index] ?? 0;
    if (part !== against) return part < against ? -1 : 1;
  }
  return 0;
}

/** A number comes after a text, and a longer one after what it begins with. */
function compareLocal(one: PythonVersion["local"], other: PythonVersion["local"]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]];
    if (a === b) continue;
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    if (typeof a !== typeof b) return typeof a === "string" ? -1 : 1;
    return a < b ? -1 : 1;
  }
  return 0;
}
