import { describe, expect, it } from "vitest";
import { parseComputeApps } from "../../../../../../extension/core/jobs/runners/process/gpu.ts";

const mib = 1024 * 1024;

describe("what nvidia-smi says of processes (unit)", () => {
  it("is summed over GPUs, in bytes", () => {
    const text = "2034, 512\n2034, 1024\n77, 6\n";
    expect(parseComputeApps(text)).toEqual(
      new Map([
        [2034, 1536 * mib],
        [77, 6 * mib],
      ]),
    );
  });

  it.each(["[N/A]", "[Not Supported]", "[Unknown Error]"])("is not known where it says %s", (word) => {
    expect(parseComputeApps(`12, ${word}\n13, 1\n12, 2\n`)).toEqual(
      new Map([
        [12, 2 * mib],
        [13, mib],
      ]),
    );
    expect(parseComputeApps(`12, ${word}\r\n`)).toEqual(new Map([[12, undefined]]));
  });

  it.each([
    "",
    "No devices were found\n",
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n",
    "pid, used_gpu_memory [MiB]\n",
    "-1, 5\n",
  ])("is nothing in %j", (text) => {
    expect(parseComputeApps(text).size).toBe(0);
  });
});
