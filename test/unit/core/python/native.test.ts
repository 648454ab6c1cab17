import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  baseConflicts,
  installedConflicts,
} from "../../../../extension/core/python/conflicts/installed-conflicts.ts";
import { nativeFamily, soname } from "../../../../extension/core/python/conflicts/native.ts";
import { samePaths } from "../../../../extension/core/site/paths.ts";
import { pythonEnvironment, spackDistribution } from "./samples.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-native-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

describe("native libraries (unit)", () => {
  it("are known by their names, in wheels and in prefixes", () => {
    const names = [
      ...[
        "libscipy_openblas64_-56d6093b.so",
        "libopenblas.so.0",
        "libmkl_rt.so.2",
        "libcudart-9335f6a2.so.12.0.107",
      ],
      ...[
        "libcudart.so.13",
        "libtorch_cuda.so",
        "libgomp-a34b3233.so.1.0.0",
        "libnccl.so.2",
        "libhdf5-123abcde.so.310",
      ],
      ...["libmpi.so.40", "libblas.so.3", "libcudnn.so.9"],
    ];
    expect(names.map(nativeFamily)).toEqual([
      ...["BLAS", "BLAS", "BLAS", "CUDA runtime", "CUDA runtime", "libtorch", "OpenMP", "NCCL", "HDF5"],
      ...["MPI", "BLAS", "cuDNN"],
    ]);
    expect(
      ["libtorch_python.so", "libcublas.so.12", "libmpicxx.txt", "libhdf5_hl.so", "numpy.so"].map(
        nativeFamily,
      ),
    ).toEqual(Array.from({ length: 5 }, () => undefined));
    expect(soname("libgomp-a34b3233.so.1.0.0")).toBe("libgomp.so.1.0.0");
  });

  it("are told when Spack and a wheel bring one each, and not when Spack alone brings two", async () => {
    await write({
      "store/openblas/lib/libopenblas.so.0": "",
      "store/torch/lib/python3.11/site-packages/torch-2.9.0.dist-info/RECORD":
        "torch/lib/libtorch.so,,\ntorch/lib/libgomp-1234abcd.so.1,,\n",
      "store/gcc/lib64/libgomp.so.1": "",
      "venv/lib/python3.11/site-packages/x-1.dist-info/METADATA": "Name: x\nVersion: 1\n",
      "venv/lib/python3.11/site-packages/x-1.dist-info/RECORD": "x.libs/libopenblas-0a1b2c3d.so,,\n",
    });
    const environment = pythonEnvironment(
      [
        spackDistribution("torch", "2.9.0", {
          folder: path.join(folder, "store/torch/lib/python3.11/site-packages"),
        }),
      ],
      {
        packages: [
          { name: "openblas", prefix: path.join(folder, "store/openblas") },
          { name: "gcc-runtime", prefix: path.join(folder, "store/gcc") },
        ],
      },
    );
    const verification = { python: "3.11.7", prefix: path.join(folder, "venv"), verified: 1, shadowed: [] };
    expect(await installedConflicts(environment, verification, samePaths)).toEqual([
      {
        ...{ severity: "warning", kind: "native", name: "x" },
        message:
          "BLAS is there 2 times, and a process may load more than one: libopenblas.so.0 of openblas, libopenblas.so of x",
        next: "Have Spack build x too (py-… in its spack.yaml).",
      },
    ]);
    const other = await installedConflicts(environment, { ...verification, python: "3.12.1" }, samePaths);
    expect(other.map(({ kind, message }) => [kind, message])).toEqual([
      ["python", expect.stringContaining("is of Python 3.12.1, and spack/tools has 3.11.7")],
    ]);
  });

  it("are not the only thing that a system's Python may have otherwise", async () => {
    await write({
      "py/lib/python3.11/site-packages/numpy-1.24.2.dist-info/METADATA": "Name: numpy\nVersion: 1.24.2\n",
    });
    const python = { version: "3.11.7", series: "3.11", prefix: path.join(folder, "py"), external: true };
    const numpy = spackDistribution("numpy", "2.3.5");
    const found = await baseConflicts(pythonEnvironment([numpy], { python }), samePaths);
    expect(found.map(({ kind, name, severity }) => [kind, name, severity])).toEqual([
      ["versions", "numpy", "warning"],
    ]);
    expect(
      await baseConflicts(pythonEnvironment([numpy], { python: { ...python, external: false } }), samePaths),
    ).toEqual([]);
  });
});
