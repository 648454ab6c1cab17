import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { messageOf, systemCode } from "../../base/errors.ts";
import { type Fact, known, unknown } from "../../base/fact.ts";

const specification = z.looseObject({
  kind: z.string(),
  devices: z.array(z.looseObject({ name: z.coerce.string() })).default([]),
});

/**
 * The NVIDIA devices of the CDI specifications (*.yaml, *.json) in `folders`, and of `named` (what the engine tells), sorted.
 * A file that cannot be read is passed over; unknown only when nothing was found because of such files.
 */
export async function cdiDevices(
  folders: readonly string[],
  named: readonly string[],
): Promise<Fact<readonly string[]>> {
  const files = (await Promise.all(folders.map(specificationFiles))).flat();
  const found = await Promise.all(files.map(devicesIn));
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

async function devicesIn(file: string): Promise<Fact<readonly string[]>> {
  try {
    const text = await readFile(file, "utf8");
    const { kind, devices } = specification.parse(
      file.endsWith(".json") ? JSON.parse(text) : parseYaml(text),
    );
    return known(devices.map((device) => `${kind}=${device.name}`));
  } catch (error) {
    const why = error instanceof z.ZodError ? "is no CDI specification" : messageOf(error).split("\n")[0];
    return unknown(`${file}: ${why}`);
  }
}

/** Most of a file is edits, dozens of mounts, which take long to parse and tell nothing here. */
function parseYaml(text: string): unknown {
  try {
    return parse(withoutEdits(text));
  } catch {
    return parse(text);
  }
}

/** Leaves out what is indented below a `containerEdits:` line. */
function withoutEdits(text: string): string {
  let edits: number | undefined;
  const kept = text.split("\n").filter((line) => {
    const [, spaces = "", dash = ""] = /^( *)(- +)?/.exec(line) ?? [];
    const isItemOfEdits = dash !== "" && spaces.length === edits;
    if (edits !== undefined && (spaces.length > edits || isItemOfEdits || line.trim() === "")) return false;
    edits = /^ *(- +)?containerEdits:\s*$/.test(line) ? spaces.length + dash.length : undefined;
    return true;
  });
  return kept.join("\n");
}

/** Of another vendor's devices, or NVIDIA's own that are no GPUs (nvidia.com/gds), none helps a container to a GPU. */
function isNvidia(device: string): boolean {
  return device.startsWith("nvidia.com/gpu=");
}
