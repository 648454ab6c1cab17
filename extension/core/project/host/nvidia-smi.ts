import type { Command } from "../../base/process.ts";
import type { GpuDevice } from "./facts.ts";

export interface GpuQuery {
  readonly devices: readonly GpuDevice[];
  /** Undefined when no GPU was there to tell it. */
  readonly driver: string | undefined;
}

const columns = ["index", "uuid", "name", "memory.total", "compute_cap", "driver_version"];

/** Drivers before 510 do not know compute_cap, and then refuse the whole query. */
export function gpuQueryCommand(file: string, capability: "with capability" | "without capability"): Command {
  const asked = columns.filter((column) => column !== "compute_cap" || capability === "with capability");
  return { command: file, args: [`--query-gpu=${asked.join(",")}`, "--format=csv,noheader,nounits"] };
}

/**
 * Reads `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`: one GPU a line, memory in MiB, and words in brackets
 * ("[N/A]", "[Not Supported]") for what is not known. Throws for anything else.
 */
export function parseGpuQuery(
  stdout: string,
  capability: "with capability" | "without capability",
): GpuQuery {
  const lines = stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 1 && /^no devices were found/i.test(String(lines[0])))
    return { devices: [], driver: undefined };
  const rows = lines.map((line) => parseRow(line, capability === "with capability"));
  return {
    devices: rows.map((row) => row.device),
    driver: rows.find((row) => row.driver !== undefined)?.driver,
  };
}

/** The CUDA version in `nvidia-smi --version` ("CUDA Version        : 12.4") or in the table's head ("CUDA Version: 12.4"). */
export function parseCudaVersion(stdout: string): string | undefined {
  return /CUDA(?: [A-Z]+)? Version\s*:\s*([0-9]+\.[0-9]+)/i.exec(stdout)?.[1];
}

function parseRow(line: string, hasCapability: boolean): { device: GpuDevice; driver: string | undefined } {
  const cells = line.split(",").map((cell) => cell.trim());
  const driver = cells.pop();
  const capability = hasCapability ? cells.pop() : undefined;
  const memory = cells.pop();
  const [index = "", uuid, ...name] = cells;
  if (!/^[0-9]+$/.test(index) || uuid === undefined || name.length === 0 || memory === undefined) {
    throw new Error(`nvidia-smi printed a line that is no GPU: ${line.slice(0, 120)}`);
  }
  const mebibytes = Number(told(memory) ?? Number.NaN);
  return {
    device: {
      index: Number(index),
      uuid,
      // A name may hold commas; it is the only column that can.
      name: name.join(", "),
      memory: Number.isFinite(mebibytes) ? mebibytes * 1024 * 1024 : undefined,
      capability: told(capability),
    },
    driver: told(driver),
  };
}

function told(cell: string | undefined): string | undefined {
  return cell === undefined || cell === "" || cell.startsWith("[") || /^(n\/a|not supported)$/i.test(cell)
    ? undefined
    : cell;
}
