import { readFile } from "node:fs/promises";
import path from "node:path";
import type { PathTranslation } from "../../site/paths.ts";
import type { Distribution } from "../distributions/distribution.ts";
import { listFolder } from "../distributions/read-site-packages.ts";
import { recordPaths } from "../distributions/record.ts";
import type { Conflict } from "./conflict.ts";

/** A kind of native library that a process must have only once. */
export interface NativeLibrary {
  /** What it is, as people call it. */
  readonly family: "BLAS" | "CUDA runtime" | "cuDNN" | "NCCL" | "libtorch" | "MPI" | "OpenMP" | "HDF5";
  /** `libopenblas.so.0`, without what a wheel adds to the name. */
  readonly name: string;
  /** Which distribution or package has it. */
  readonly owner: string;
  /** At the site. */
  readonly file: string;
}

/** By the names that libraries have in prefixes of Spack and, with a digest (auditwheel), in wheels. */
const families: readonly (readonly [NativeLibrary["family"], RegExp])[] = [
  ["BLAS", /^lib(?:scipy_|quad_)?(?:openblas|mkl_rt|blis|flexiblas|blas|atlas|armpl)\b/],
  ["CUDA runtime", /^libcudart\b/],
  ["cuDNN", /^libcudnn\b/],
  ["NCCL", /^libnccl\b/],
  ["libtorch", /^libtorch(?:_cpu|_cuda)?\b/],
  ["MPI", /^libmpi\b/],
  ["OpenMP", /^lib(?:gomp|iomp5|omp)\b/],
  ["HDF5", /^libhdf5\b/],
];

/** Undefined for what is none of them. `name` is a file's own: `libscipy_openblas64_-56d6093b.so`, `libcudart.so.12`. */
export function nativeFamily(name: string): NativeLibrary["family"] | undefined {
  if (!/\.so(?:\.|$)/.test(name)) return undefined;
  const plain = soname(name)
    .replaceAll("_64_", "")
    .replace(/64_(?=\.)/, "");
  return families.find(([, form]) => form.test(plain))?.[0];
}

/** The name without the digest that auditwheel puts into it. */
export function soname(name: string): string {
  return name.replace(/-[0-9a-f]{8}(?=[.-])/, "");
}

/** The native libraries of an installed distribution, by its RECORD. `folder` is its site-packages, a path of the site. */
export async function recordedLibraries(
  folder: string,
  { name, metadata }: Pick<Distribution, "name" | "metadata">,
  paths: PathTranslation,
): Promise<readonly NativeLibrary[]> {
  if (metadata === undefined) return [];
  const record = path.posix.join(folder, metadata, "RECORD");
  const text = await readFile(paths.local(record), "utf8").catch(() => "");
  return librariesIn(recordPaths(text), folder, name);
}

/** Those that lie in the library folders of a package's prefix, a path of the site. */
export async function prefixLibraries(
  { prefix, name }: { readonly prefix: string; readonly name: string },
  paths: PathTranslation,
): Promise<readonly NativeLibrary[]> {
  const all = await Promise.all(
    ["lib", "lib64"].map(async (each) => {
      const folder = path.posix.join(prefix, each);
      return librariesIn((await listFolder(paths.local(folder)).catch(() => undefined)) ?? [], folder, name);
    }),
  );
  return all.flat();
}

function librariesIn(files: readonly string[], folder: string, owner: string): readonly NativeLibrary[] {
  return files.flatMap((file) => {
    const name = path.posix.basename(file);
    const family = nativeFamily(name);
    return family === undefined
      ? []
      : [{ family, name: soname(name), owner, file: path.posix.join(folder, file) }];
  });
}

/**
 * Families of which two owners bring one each; `ours` are Spack's, `theirs` those of distributions that uv installed. What
 * only Spack brings twice is its own affair: it links each where it belongs.
 */
export function nativeConflicts(
  ours: readonly NativeLibrary[],
  theirs: readonly NativeLibrary[],
): readonly Conflict[] {
  const seen = new Set(theirs.map(({ family }) => family));
  return [...seen].sort().flatMap((family): readonly Conflict[] => {
    const own = ours.filter((library) => library.family === family);
    const foreign = theirs.filter((library) => library.family === family);
    const owners = [...new Set([...own, ...foreign].map(({ owner }) => owner))].sort();
    if (owners.length < 2) return [];
    const [first] = foreign;
    const places = [...own.slice(0, 1), ...foreign].map(({ name, owner }) => `${name} of ${owner}`);
    return [
      {
        ...{ severity: "warning", kind: "native", name: first?.owner },
        message: `${family} is there ${owners.length} times, and a process may load more than one: ${[...new Set(places)].join(", ")}`,
        next:
          own.length === 0
            ? "Ask Spack for the packages that need it, so that they share one."
            : `Have Spack build ${[...new Set(foreign.map(({ owner }) => owner))].join(" and ")} too (py-… in its spack.yaml).`,
      },
    ];
  });
}
