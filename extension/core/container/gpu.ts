import { valueOr } from "../base/fact.ts";
import type { GpuFacts } from "../project/host/facts.ts";
import type { Config } from "../project/schema.ts";

/** Whether the container gets GPUs, how, and why (not). */
export interface GpuPlan {
  readonly enabled: boolean;
  /** One clause for people: "off in sygaldry.yaml", "no GPU on this machine" … */
  readonly reason: string;
  /** `docker run` arguments. */
  readonly args: readonly string[];
  /** Set when `gpu: on` cannot be kept; `up` fails with it. */
  readonly problem?: string;
}

type Devices = "all" | number | readonly string[];

/** The choice for this machine: the nvidia runtime where the engine has it, else CDI. */
export function planGpu(setting: Config["gpu"], gpu: GpuFacts): GpuPlan {
  const { mode, devices } = longGpu(setting);
  if (mode === "off") return { enabled: false, reason: "off in the configuration", args: [] };
  const missing = missingForGpu(gpu);
  if (missing === undefined)
    return { enabled: true, reason: describeGpus(gpu), args: deviceArguments(devices, gpu) };
  return mode === "on"
    ? { enabled: false, reason: missing, args: [], problem: `gpu is on, but ${missing}` }
    : { enabled: false, reason: missing, args: [] };
}

/** The choice that is rendered for machines not known yet. */
export function planPortableGpu(setting: Config["gpu"]): GpuPlan {
  const { mode } = longGpu(setting);
  return mode === "off"
    ? { enabled: false, reason: "off in the configuration", args: [] }
    : {
        enabled: mode === "on",
        reason: mode === "on" ? "on in the configuration" : "where the machine has one",
        args: [],
      };
}

/** `gpu` written out. */
export function longGpu(setting: Config["gpu"]): {
  readonly mode: "auto" | "on" | "off";
  readonly devices: Devices;
} {
  if (typeof setting === "boolean") return { mode: setting ? "on" : "off", devices: "all" };
  if (typeof setting === "string") return { mode: setting, devices: "all" };
  return setting;
}

function missingForGpu(gpu: GpuFacts): string | undefined {
  if (!gpu.devices.known) return `whether this machine has a GPU is unknown (${gpu.devices.why})`;
  if (gpu.devices.value.length === 0) return "this machine has no NVIDIA GPU";
  if (valueOr(gpu.runtime, false) || valueOr(gpu.cdi, []).length > 0) return undefined;
  return "the engine has neither an nvidia runtime nor CDI devices (install nvidia-container-toolkit)";
}

function describeGpus(gpu: GpuFacts): string {
  const names = valueOr(gpu.devices, []).map((device) => device.name);
  return names.length === 1 ? String(names[0]) : `${names.length} GPUs (${[...new Set(names)].join(", ")})`;
}

function deviceArguments(devices: Devices, gpu: GpuFacts): string[] {
  const named = typeof devices === "object" && devices.some((device) => device.includes("="));
  if (named) return devices.flatMap((device) => ["--device", device]);
  if (valueOr(gpu.runtime, false)) {
    if (typeof devices !== "object") return ["--gpus", String(devices)];
    // The value is itself a CSV line; the quotes keep the commas between ids together.
    return ["--gpus", `"device=${devices.join(",")}"`];
  }
  return cdiNames(devices).flatMap((name) => ["--device", `nvidia.com/gpu=${name}`]);
}

function cdiNames(devices: Devices): readonly string[] {
  if (devices === "all") return ["all"];
  return typeof devices === "number" ? Array.from({ length: devices }, (_, index) => String(index)) : devices;
}
