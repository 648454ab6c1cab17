import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "../../base/errors.ts";
import { sha256, writeAtomic } from "../../base/files.ts";
import { forEachParallel } from "../../base/parallel.ts";
import type { PythonEnvironment } from "../python-environment.ts";
import { normalizeVersion } from "../requirements/version.ts";
import { type StubWheel, stubWheel } from "./stub-wheel.ts";

/** An index that uv reads before all others: one stub for each distribution of Spack's. */
export interface StubIndex {
  /** Normalized name → its wheel. */
  readonly wheels: ReadonlyMap<string, StubWheel>;
}

/** The stubs of an environment. What has no version that PEP 440 knows is left out. */
export function stubIndex({ distributions, paths, python }: PythonEnvironment): StubIndex {
  const known = distributions.filter(({ version }) => normalizeVersion(version) !== undefined);
  const target = {
    owned: new Map(known.map(({ name, version }) => [name, version])),
    ...{ paths, tag: stubTag(python?.series ?? "3") },
  };
  return { wheels: new Map(known.map((one) => [one.name, stubWheel(one, target)])) };
}

const machines: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64", ppc64: "ppc64le" };

/** For this Python and this kind of machine only: what the .pth names is there and nowhere else. */
export function stubTag(series: string, platform = process.platform, arch = process.arch): string {
  const python = `cp${series.replace(".", "")}`;
  return platform === "linux" ? `${python}-none-linux_${machines[arch] ?? arch}` : `${python}-none-any`;
}

/**
 * Writes the index below `folder` (a path of this process), a folder a project as the simple repository API has it (PEP 503);
 * takes away what is not in it any more. Files that are right stay untouched, because uv knows a wheel by its time.
 * Returns what was written and removed. Throws SYG-FILE.
 */
export async function writeStubIndex(folder: string, index: StubIndex): Promise<readonly string[]> {
  try {
    const changed: string[] = [];
    const before = await readdir(folder).catch(() => []);
    await mkdir(folder, { recursive: true });
    await forEachParallel(index.wheels, 8, async ([name, wheel]) => {
      const project = path.join(folder, name);
      changed.push(...(await writeIfOther(path.join(project, wheel.fileName), wheel.content)));
      changed.push(...(await writeIfOther(path.join(project, "index.html"), page(wheel))));
      changed.push(...(await keepOnly(project, [wheel.fileName, "index.html"])));
    });
    for (const name of before.filter((entry) => !index.wheels.has(entry))) {
      await rm(path.join(folder, name), { recursive: true, force: true });
      changed.push(path.join(folder, name));
    }
    return changed.sort();
  } catch (error) {
    throw indexFailure(folder, error);
  }
}

export function indexFailure(folder: string, cause: unknown): SygaldryError {
  const code = systemCode(cause);
  return new SygaldryError(
    "SYG-FILE",
    `the index for uv cannot be written to ${folder}: ${messageOf(cause)}`,
    {
      cause,
      next:
        code === "ENOSPC"
          ? "Free some space on that disk."
          : "Set SYGALDRY_PYTHON_INDEX to a folder that can be written.",
    },
  );
}

async function writeIfOther(file: string, content: string | Uint8Array): Promise<readonly string[]> {
  const wanted = Buffer.from(content);
  const there = await readFile(file).catch(() => undefined);
  if (there?.equals(wanted)) return [];
  await writeAtomic(file, wanted);
  return [file];
}

async function keepOnly(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const stale = (await readdir(folder)).filter((entry) => !names.includes(entry));
  await Promise.all(stale.map((entry) => rm(path.join(folder, entry), { recursive: true, force: true })));
  return stale.map((entry) => path.join(folder, entry));
}

function page({ fileName, content }: StubWheel): string {
  const target = `${encodeURIComponent(fileName)}#sha256=${sha256(content)}`;
  return `<!DOCTYPE html>\n<html><body><a href="${target}">${fileName}</a></body></html>\n`;
}
