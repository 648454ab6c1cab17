import { findBlock, withoutBlock } from "./block.ts";
import { type Declared, readDeclared } from "./declared.ts";
import type { ExistingRepository, PlannedBlock, RepositoryInput, Snippet } from "./model.ts";
import { moduleFolder } from "./places.ts";
import { chooseParts, moduleBody, type Parts, workspaceBody } from "./setup.ts";

interface SetupFile {
  readonly path: string;
  readonly style: "module" | "workspace";
}

/** What goes into the files that declare repositories and toolchains. */
export function planSetup(input: RepositoryInput): readonly Setup[] {
  return setupFiles(input.existing, input.bazel.major).map((file) => planFile(input, file));
}

/** Which files those are: the ones that this Bazel reads. */
function setupFiles(
  { files }: ExistingRepository,
  major: RepositoryInput["bazel"]["major"],
): readonly SetupFile[] {
  const rc = files.get(".bazelrc")?.text ?? "";
  const says = (flag: RegExp) => flag.test(rc);
  const off = says(/^[^#\n]*--(noenable_bzlmod|enable_bzlmod=(false|0|no))\b/m);
  const on = says(/^[^#\n]*--enable_bzlmod(?!=(false|0|no))\b/m);
  const module: SetupFile = { path: "MODULE.bazel", style: "module" };
  if (major >= 8 || (major === 7 && !off) || (major === 6 && on)) return [module];
  const workspace: SetupFile = {
    path: files.has("WORKSPACE.bazel") ? "WORKSPACE.bazel" : "WORKSPACE",
    style: "workspace",
  };
  const both = isNew(files) || findBlock(files.get("MODULE.bazel")?.text ?? "").kind === "block";
  return major === 6 && both ? [module, workspace] : [workspace];
}

/** What comes of one file that declares repositories and toolchains. */
export interface Setup {
  readonly block: PlannedBlock | undefined;
  readonly snippet: Snippet | undefined;
  /** Whether it takes the module from third_party/spack. */
  readonly copied: boolean;
  readonly notes: readonly string[];
}

function planFile(input: RepositoryInput, { path, style }: SetupFile): Setup {
  const declared = declaredOutside(input.existing, path);
  const { parts: wanted, notes } = chooseParts(input, declared, style);
  // Later Bazels have other rules than those that an archive is known of.
  const parts =
    style === "workspace" && input.bazel.major > 6 ? { ...wanted, rules: [], languages: [] } : wanted;
  const body = (some: Parts) => (style === "module" ? moduleBody(input, some) : workspaceBody(input, some));
  const block = (some: Parts): PlannedBlock | undefined =>
    hasParts(some) ? { path, body: body(some), place: "bottom" } : undefined;
  const marked = notes.map((note) => `${path}: ${note}`);
  const hindrance = parts.spack ? findHindrance(input, declared, path, style) : undefined;
  if (hindrance === undefined)
    return { block: block(parts), snippet: undefined, copied: true, notes: marked };
  const { line, why, copied, note } = hindrance;
  // What is put in by hand is the repository's own from then on.
  const text = body({ rules: [], languages: [], spack: true }).replace(/^#[^\n]*\n+/, "");
  const where = `${path}: in place of what begins in line ${line}, or at the end under other names`;
  return {
    block: block({ ...parts, spack: false }),
    snippet: why === undefined ? undefined : { path, where, why, text },
    copied,
    notes: [...marked, ...(note === undefined ? [] : [`${path}: ${note}`])],
  };
}

/** Why the Spack repositories cannot be declared in the block. */
interface Hindrance {
  readonly line: number;
  /** Undefined where nothing has to be done about it. */
  readonly why: string | undefined;
  readonly copied: boolean;
  readonly note: string | undefined;
}

function findHindrance(
  input: RepositoryInput,
  declared: Declared,
  path: string,
  style: SetupFile["style"],
): Hindrance | undefined {
  const own = declared.modules.get("sygaldry_spack") ?? declared.names.get("sygaldry_spack");
  if (own !== undefined)
    return {
      line: own,
      why: staleRoots(input, path)
        ? `synced_roots beside line ${own} are not the roots of the lock`
        : undefined,
      copied: (declared.localPaths.get("sygaldry_spack") ?? "").replace(/^\.\/|\/+$/g, "") === moduleFolder,
      note: `sygaldry_spack of line ${own} is left as it is`,
    };
  const taken = takenName(input, declared, style);
  return (
    taken && {
      line: taken.line,
      why: `the name ${taken.name} is in use in line ${taken.line}`,
      copied: true,
      note: undefined,
    }
  );
}

function hasParts({ rules, languages, spack }: Parts): boolean {
  return rules.length + languages.length > 0 || spack;
}

function takenName(
  { repositories }: RepositoryInput,
  { names }: Declared,
  style: SetupFile["style"],
): { readonly name: string; readonly line: number } | undefined {
  const wanted = [
    ...(style === "module" ? ["spack"] : ["spack_environment"]),
    ...repositories.map(({ name }) => name),
  ];
  for (const name of wanted) {
    const line = names.get(name);
    if (line !== undefined) return { name, line };
  }
  return undefined;
}

/** Whether a declaration of the repository's own has synced_roots, and not all of the lock's. */
function staleRoots({ existing, repositories }: RepositoryInput, path: string): boolean {
  const text = withoutBlock(existing.files.get(path)?.text ?? "");
  return (
    /\bsynced_roots\b/.test(text) &&
    !repositories.every(({ roots }) => roots.every(({ hash }) => text.includes(hash)))
  );
}

/** What the file and those that it includes declare, beside the block. */
function declaredOutside({ files }: ExistingRepository, path: string): Declared {
  const main = readDeclared(withoutBlock(files.get(path)?.text ?? ""));
  const included = [...files]
    .filter(([name]) => path === "MODULE.bazel" && name.endsWith(".MODULE.bazel"))
    .map(([, { text }]) => readDeclared(text));
  const all = [main, ...included];
  const join = <Value>(of: (one: Declared) => ReadonlyMap<string, Value>) =>
    new Map(all.toReversed().flatMap((one) => [...of(one)]));
  return {
    ...main,
    modules: join(({ modules }) => modules),
    names: join(({ names }) => names),
    localPaths: join(({ localPaths }) => localPaths),
  };
}

/** Whether nothing says yet that this is a Bazel workspace. */
export function isNew(files: ExistingRepository["files"]): boolean {
  return !["MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel"].some((name) => files.has(name));
}
