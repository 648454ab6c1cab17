import { readdir } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists } from "../../base/files.ts";
import type { GpuDevice } from "./facts.ts";

/** What the NVIDIA kernel driver shows below /proc/driver/nvidia, at no cost. */
export interface DriverFolder {
  readonly devices: readonly GpuDevice[];
  readonly driver: string | undefined;
}

/** Undefined when the driver is not loaded, or hides its folder (WSL2 has none). */
export async function readDriverFolder(folder: string): Promise<DriverFolder | undefined> {
  const version = await readTextIfExists(path.join(folder, "version"));
  const names = await readdir(path.join(folder, "gpus")).catch(() => undefined);
  if (version === undefined && names === undefined) return undefined;
  const texts = await Promise.all(
    (names ?? []).sort().map((name) => readTextIfExists(path.join(folder, "gpus", name, "information"))),
  );
  return {
    devices: texts.filter((text) => text !== undefined).map(parseInformation),
    // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 …", also "… Open Kernel Module for x86_64  550.54.14"
    driver: /^NVRM version:.*?Kernel Module(?: for \S+)?\s+([0-9][0-9.]*)/m.exec(version ?? "")?.[1],
  };
}

/** Lines of `Name: \t value`; the order of the PCI addresses is that of nvidia-smi's index. */
function parseInformation(text: string, index: number): GpuDevice {
  const value = (name: string) => new RegExp(`^${name}:\\s*(.+?)\\s*$`, "m").exec(text)?.[1];
  return {
    index,
    uuid: value("GPU UUID") ?? "",
    name: value("Model") ?? "NVIDIA GPU",
    memory: undefined,
    capability: undefined,
  };
}
