import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import type { SpackDistribution } from "../distributions/distribution.ts";
import { fileNamePart } from "../requirements/name.ts";
import { stubRequirements } from "./stub-requirements.ts";

/** A wheel that stands for a distribution of Spack's: uv resolves and installs it, and no module is in it. */
export interface StubWheel {
  /** `numpy-2.3.5-cp311-none-linux_x86_64.whl` */
  readonly fileName: string;
  readonly content: Uint8Array;
}

export interface StubTarget {
  /** Versions of all that Spack has, by normalized name. */
  readonly owned: ReadonlyMap<string, string>;
  /** Folders that Python's path gets, in this order, before the environment's own. */
  readonly paths: readonly string[];
  /** The wheel's compatibility tag. */
  readonly tag: string;
}

/**
 * The same distribution, folders and tag give the same bytes. Format: binary distribution format 1.0 (PEP 427).
 *
 * Beside its metadata a stub has a .pth file, which Python reads as it starts in the environment that the stub is
 * installed in: by it the modules in the store are found, whichever command of uv installed the stub.
 */
export function stubWheel(distribution: SpackDistribution, target: StubTarget): StubWheel {
  const part = fileNamePart(distribution.name);
  const version = distribution.version.replaceAll("-", "_");
  const info = `${part}-${version}.dist-info`;
  const files: [string, string][] = [
    [pathFileName(distribution.name), pathFile(target.paths)],
    [`${info}/METADATA`, metadata(distribution, target.owned)],
    [`${info}/WHEEL`, wheelFile(target.tag)],
  ];
  if (distribution.entryPoints !== undefined) {
    files.push([`${info}/entry_points.txt`, distribution.entryPoints]);
  }
  const record = files.map(([name, text]) => `${name},sha256=${digest(text)},${Buffer.byteLength(text)}`);
  files.push([`${info}/RECORD`, `${[...record, `${info}/RECORD,,`].join("\n")}\n`]);
  return { fileName: `${part}-${version}-${target.tag}.whl`, content: zip(files) };
}

/** In every stub, by which ours are known. */
export const generator = "sygaldry-spack";

/** Each stub has a file of its own: one that all had would go with the first that is removed. */
function pathFileName(name: string): string {
  return `_spack_${fileNamePart(name)}.pth`;
}

/**
 * Python executes a line that begins with `import` (site.addpackage). The folders go before the first site-packages, so
 * that nothing installed there hides them, and after the standard library. What is on the path already (PYTHONPATH) stays.
 * The code gets a namespace of its own: in that of the line, a comprehension would not find the names before Python 3.12.
 */
function pathFile(paths: readonly string[]): string {
  const code = [
    "import sys, site",
    `new = [p for p in ${JSON.stringify(paths)} if p not in sys.path]`,
    "at = next((i for i, p in enumerate(sys.path) if p.endswith('site-packages')), len(sys.path))",
    "[site.addsitedir(p) for p in new]",
    "sys.path[:] = [p for p in sys.path if p not in new]",
    "sys.path[at:at] = new",
  ];
  return `import sys; exec(${JSON.stringify(code.join("\n"))}, {})\n`;
}

function metadata(distribution: SpackDistribution, owned: ReadonlyMap<string, string>): string {
  const { displayName, version, requiresPython, extras } = distribution;
  const lines = [
    "Metadata-Version: 2.1",
    `Name: ${displayName}`,
    `Version: ${version}`,
    ...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
    ...stubRequirements(distribution, owned).requires.map((text) => `Requires-Dist: ${text}`),
    ...extras.map((extra) => `Provides-Extra: ${extra}`),
  ];
  return `${lines.join("\n")}\n`;
}

function wheelFile(tag: string): string {
  return `Wheel-Version: 1.0\nGenerator: ${generator}\nRoot-Is-Purelib: true\nTag: ${tag}\n`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function zip(files: readonly (readonly [string, string])[]): Uint8Array {
  // The time is written in parts of the local zone, so that it reads the same in every zone.
  const mtime = new Date(1980, 0, 1);
  const entries = files.map(([name, text]) => [name, new TextEncoder().encode(text)]);
  return zipSync(Object.fromEntries(entries), { level: 0, mtime });
}
