import { describe, expect, test } from "vitest";
import {
  gpuQueryCommand,
  parseCudaVersion,
  parseGpuQuery,
} from "../../../../../extension/core/project/host/nvidia-smi.ts";

describe("parseGpuQuery (unit)", () => {
  test("reads several GPUs", () => {
    const stdout =
      "0, GPU-aaaa, NVIDIA H100 80GB HBM3, 81559, 9.0, 550.54.15\n1, GPU-bbbb, NVIDIA A100-SXM4-40GB, 40960, 8.0, 550.54.15\r\n";
    expect(parseGpuQuery(stdout, "with capability")).toEqual({
      driver: "550.54.15",
      devices: [
        {
          index: 0,
          uuid: "GPU-aaaa",
          name: "NVIDIA H100 80GB HBM3",
          memory: 81559 * 1024 ** 2,
          capability: "9.0",
        },
        {
          index: 1,
          uuid: "GPU-bbbb",
          name: "NVIDIA A100-SXM4-40GB",
          memory: 40960 * 1024 ** 2,
          capability: "8.0",
        },
      ],
    });
  });

  test.each(["[N/A]", "N/A", "[Not Supported]", "[Unknown Error]", "[GPU requires reset]", ""])(
    "takes %j for not known",
    (cell) => {
      expect(parseGpuQuery(`0, GPU-a, NVIDIA GB10, ${cell}, ${cell}, ${cell}\n`, "with capability")).toEqual({
        driver: undefined,
        devices: [{ index: 0, uuid: "GPU-a", name: "NVIDIA GB10", memory: undefined, capability: undefined }],
      });
    },
  );

  test("reads a name with a comma, and drivers that tell no capability", () => {
    expect(parseGpuQuery("0, GPU-a, Tesla, the old one, 11441, 470.1\n", "without capability")).toEqual({
      driver: "470.1",
      devices: [
        {
          index: 0,
          uuid: "GPU-a",
          name: "Tesla, the old one",
          memory: 11441 * 1024 ** 2,
          capability: undefined,
        },
      ],
    });
  });

  test("reads that there is none", () => {
    const none = { devices: [], driver: undefined };
    expect(parseGpuQuery("No devices were found\n", "with capability")).toEqual(none);
    expect(parseGpuQuery("", "with capability")).toEqual(none);
  });

  test.each([
    "garbage",
    "0, GPU-a",
    "0, GPU-a, 9.0, 550.1",
    "x, GPU-a, Name, 1, 9.0, 550",
    "<html>,,,,,,,,",
    "\u0000\u0001",
  ])("refuses %j", (line) => {
    expect(() => parseGpuQuery(`${line}\n`, "with capability")).toThrow(
      /nvidia-smi printed a line that is no GPU/,
    );
  });
});

test("the query names its columns (unit)", () => {
  expect(gpuQueryCommand("nvidia-smi", "with capability").args).toEqual([
    "--query-gpu=index,uuid,name,memory.total,compute_cap,driver_version",
    "--format=csv,noheader,nounits",
  ]);
  expect(gpuQueryCommand("nvidia-smi", "without capability").args[0]).toBe(
    "--query-gpu=index,uuid,name,memory.total,driver_version",
  );
});

test.each([
  [
    "NVIDIA-SMI version  : 550.54.15\nNVML version        : 550.54\nDRIVER version      : 550.54.15\nCUDA Version        : 12.4\n",
    "12.4",
  ],
  ["| NVIDIA-SMI 470.161.03   Driver Version: 470.161.03   CUDA Version: 11.4     |", "11.4"],
  ["CUDA Version: N/A", undefined],
  ["CUDA Version: ERR!", undefined],
  ["", undefined],
])("parseCudaVersion (unit) %#", (stdout, version) => {
  expect(parseCudaVersion(stdout)).toBe(version);
});
