import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FileStatus } from "../../../../../extension/core/base/rendered/rendered-file.ts";
import { writeFiles } from "../../../../../extension/core/base/rendered/write.ts";
import { chooseBazel } from "../../../../../extension/core/bazel/repository/choose-bazel.ts";
import { compareRepository } from "../../../../../extension/core/bazel/repository/compare-repository.ts";
import type {
  RepositoryInput,
  RepositoryPlan,
  SpackRepository,
} from "../../../../../extension/core/bazel/repository/model.ts";
import { buildFilePath } from "../../../../../extension/core/bazel/repository/places.ts";
import { planRepository } from "../../../../../extension/core/bazel/repository/plan-repository.ts";
import { readRepository } from "../../../../../extension/core/bazel/repository/read-repository.ts";
import { readRecord, recordFile } from "../../../../../extension/core/bazel/repository/record.ts";

const hash = (letter: string) => letter.repeat(32);

/** An environment with two roots of one name, and a Python. */
export const sim: SpackRepository = {
  name: "spack",
  environment: "spack/sim",
  lockPath: "spack/sim/spack.lock",
  store: undefined,
  upstreams: [],
  roots: [
    { hash: hash("a"), name: "hdf5", version: "1.14.3" },
    { hash: hash("b"), name: "twice", version: "1.0" },
    { hash: hash("c"), name: "twice", version: "2.0" },
  ],
  python: true,
};

export const cuda: SpackRepository = {
  name: "spack_cuda",
  environment: "spack/größe",
  lockPath: "spack/größe/spack.lock",
  store: "/opt/other_store",
  upstreams: ["/opt/upstream"],
  roots: [{ hash: hash("d"), name: "cuda", version: "12.4.1" }],
  python: false,
};

/** What decides beside the files of the workspace. */
export type Wanted = Partial<Omit<RepositoryInput, "existing" | "bazel">> & { readonly bazel?: string };

interface Synced {
  readonly plan: RepositoryPlan;
  readonly statuses: readonly FileStatus[];
  /** Paths that a write changed. */
  readonly changed: readonly string[];
}

export interface Workspace extends AsyncDisposable {
  readonly root: string;
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  read(file: string): Promise<string>;
  /** As `bazel sync` does, without its command line. */
  sync(wanted?: Wanted, force?: boolean): Promise<Synced>;
  /** How the workspace compares; writes nothing. */
  compare(wanted?: Wanted): Promise<Omit<Synced, "changed">>;
}

export async function createWorkspace(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Workspace> {
  const root = await mkdtemp(path.join(tmpdir(), "sygaldry-workspace-"));
  const write: Workspace["write"] = async (more) => {
    for (const [name, content] of Object.entries(more)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), content);
    }
  };
  await write(files);
  const compare = async ({ bazel = "7.7.1", ...wanted }: Wanted = {}) => {
    const record = await readRecord(root);
    const repositories = wanted.repositories ?? [sim];
    const existing = await readRepository(
      root,
      [...repositories.map(buildFilePath), ...Object.keys(record.blocks)],
      repositories.flatMap((each) => [each.lockPath, buildFilePath(each)]),
    );
    const plan = planRepository({
      bazel: chooseBazel(existing.files.get(".bazelversion")?.text.trim() ?? bazel, "the test"),
      toolchains: { cc: "", python: "3.13" },
      remote: {},
      ...wanted,
      ...{ repositories, existing },
    });
    return { plan, statuses: await compareRepository(root, plan, existing, record) };
  };
  return {
    ...{ root, write, compare },
    read: (file) => readFile(path.join(root, file), "latin1"),
    sync: async (wanted, force = false) => {
      const compared = await compare(wanted);
      const advice = { edited: "edited", unwritable: "unwritable" };
      const changed = await writeFiles(root, compared.statuses, { force, advice });
      const record = recordFile(compared.plan);
      await write({ [record.path]: record.content });
      return { ...compared, changed };
    },
    [Symbol.asyncDispose]: async () => {
      await chmod(root, 0o755);
      await rm(root, { recursive: true });
    },
  };
}

/** All files of the workspace but the copied module and the record. */
export async function ownFiles({ root }: Workspace): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith("third_party/spack/") && name !== "third_party/.sygaldry.json")
    .sort();
}
