import { readdir } from "node:fs/promises";
import path from "node:path";
import { systemCode } from "../../base/errors.ts";
import { type Fact, known, unknown } from "../../base/fact.ts";

/**
 * The NVIDIA devices of the CDI specifications (*.yaml, *.json) in `folders`, and of `named` (what the engine tells), sorted.
 * A file that cannot be read is passed over; unknown only when nothing was found because of such files.
 */
export async function cdiDevices(
  folders: readonly string[],
  named: readonly string[],
): Promise<Fact<readonly string[]>> {
  const files = (await Promise.all(folders.map(specificationFiles))).flat();
  const found = await readAll(files);
  const names = [...named, ...found.flatMap((fact) => (fact.known ? fact.value : []))].filter(isNvidia);
  const problems = found.flatMap((fact) => (fact.known ? [] : [fact.why]));
  if (names.length === 0 && problems.length > 0) return unknown(problems.join("; "));
  return known([...new Set(names)].sort());
}

async function specificationFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.(yaml|json)$/.test(name))
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    // A file with this name, when read, tells why.
    return systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR" ? [] : [folder];
  }
}

/** The reader takes milliseconds to load, and most machines have nothing to read. */
async function readAll(files: readonly string[]): Promise<readonly Fact<readonly string[]>[]> {
  if (files.length === 0) return [];
  const { devicesIn } = await import("./cdi-specification.ts");
  return Promise.all(files.map(devicesIn));
}

/** Of another vendor's devices, or NVIDIA's own that are no GPUs (nvidia.com/gds), none helps a container to a GPU. */
function isNvidia(device: string): boolean {
  return device.startsWith("nvidia.com/gpu=");
}
