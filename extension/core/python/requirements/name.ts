/**
 * The normalized name of a distribution: lower case, runs of `-`, `_` and `.` as one dash.
 * Source: PyPA's name normalization (PEP 503), which uv.lock and simple indexes use.
 */
export function normalizeName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[-_.]+/g, "-");
}

/** The name as it stands in file names of wheels and dist-info folders: normalized, with underscores. */
export function fileNamePart(name: string): string {
  return normalizeName(name).replaceAll("-", "_");
}

/** Whether it is a valid name of a distribution (PEP 508). */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name);
}
