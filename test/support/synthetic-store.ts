import { hash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { asciiJson, base32 } from "../../extension/core/spack/lockfile/verify-hashes.ts";

/** A package for a store of a test's own: what its node says, the files of its prefix and how its libraries are made. */
export interface SyntheticPackage {
  readonly name: string;
  readonly version: string;
  /** Tells two builds of one version apart. */
  readonly variant?: string;
  readonly dependencies?: readonly SyntheticDependency[];
  /** Where an external lies; Spack's store has nothing of it. */
  readonly external?: string;
  /** By path relative to the prefix; `@prefix@` stands for it. */
  readonly files?: Readonly<Record<string, string>>;
  /** A shell script that is run in the prefix; `$1`, `$2` … are the prefixes of the dependencies. */
  readonly build?: string;
  /** In the lock, but: never installed; or installed, says the database, and its folder is gone. */
  readonly state?: "absent" | "gone";
}

interface SyntheticDependency {
  readonly on: SyntheticPackage;
  readonly types: readonly ("build" | "link" | "run")[];
  readonly virtuals?: readonly string[];
}

/** Runs a script in `folder` where the compiler is. */
export type RunScript = (script: string, folder: string, args: readonly string[]) => Promise<void>;

/** The text of a spack.lock with these roots, as Spack 1.1 writes it, hashes and all. */
export function syntheticLock(roots: readonly SyntheticPackage[]): string {
  const nodes = new Map<string, object>();
  for (const each of allOf(roots)) nodes.set(hashOf(each), { ...contentOf(each), hash: hashOf(each) });
  return JSON.stringify({
    _meta: { "file-type": "spack-lockfile", "lockfile-version": 6, "specfile-version": 5 },
    spack: { version: "1.1.0", type: "release" },
    roots: roots.map((each) => ({ hash: hashOf(each), spec: `${each.name}@${each.version}` })),
    concrete_specs: Object.fromEntries(nodes),
  });
}

/** Makes the store at `root` hold all that the roots need; may be called again with others, which come on top. */
export async function installSynthetic(
  root: string,
  roots: readonly SyntheticPackage[],
  run: RunScript,
): Promise<void> {
  const installs: Record<string, object> = {};
  for (const each of allOf(roots)) {
    if (each.state === "absent") continue;
    const prefix = each.external ?? prefixOf(root, each);
    installs[hashOf(each)] = {
      spec: { ...contentOf(each), hash: hashOf(each) },
      ref_count: 1,
      path: prefix,
      installed: true,
      explicit: roots.includes(each),
      installation_time: 1795398740.1,
      deprecated_for: null,
    };
    if (each.external === undefined && each.state !== "gone") await makePrefix(root, each, run);
  }
  await mkdir(path.join(root, ".spack-db"), { recursive: true });
  await writeFile(
    path.join(root, ".spack-db/index.json"),
    JSON.stringify({ database: { version: "8", installs } }),
  );
}

/** Where a package of the store at `root` lies. */
export function prefixOf(root: string, each: SyntheticPackage): string {
  return `${root}/linux-x86_64/${each.name}-${each.version}-${hashOf(each)}`;
}

export function hashOf(each: SyntheticPackage): string {
  // Spack hashes an external before it knows the repository that the recipe is from.
  const { namespace: _namespace, ...anonymous } = contentOf(each);
  const hashed = each.external === undefined ? contentOf(each) : anonymous;
  return base32(hash("sha1", asciiJson(hashed), "buffer"));
}

async function makePrefix(root: string, each: SyntheticPackage, run: RunScript): Promise<void> {
  const prefix = prefixOf(root, each);
  await rm(prefix, { recursive: true, force: true });
  await mkdir(prefix, { recursive: true });
  for (const [name, text] of Object.entries(each.files ?? {})) {
    const file = path.join(prefix, name);
    await mkdir(path.dirname(file), { recursive: true });
    const mode = text.startsWith("#!") ? 0o755 : 0o644;
    await writeFile(file, text.replaceAll("@prefix@", prefix), { mode });
  }
  const dependencies = (each.dependencies ?? []).map(({ on }) => prefixOf(root, on));
  if (each.build !== undefined) await run(each.build, prefix, dependencies);
}

/** Each package once, those that others need before them. */
function allOf(roots: readonly SyntheticPackage[]): readonly SyntheticPackage[] {
  const found = new Set<SyntheticPackage>();
  const visit = (each: SyntheticPackage) => {
    for (const { on } of each.dependencies ?? []) visit(on);
    found.add(each);
  };
  for (const root of roots) visit(root);
  return [...found];
}

function contentOf(each: SyntheticPackage) {
  return {
    name: each.name,
    version: each.version,
    arch: { platform: "linux", platform_os: "debian12", target: "x86_64" },
    namespace: "demo",
    parameters: {
      build_system: "generic",
      ...(each.variant === undefined ? {} : { build: each.variant }),
      ...{ cflags: [], cppflags: [], cxxflags: [], fflags: [], ldflags: [], ldlibs: [] },
    },
    ...(each.external === undefined
      ? {}
      : { external: { path: each.external, module: null, extra_attributes: {} } }),
    package_hash: "s3y3qj4aeuofcvddcqnqmcbkauqtprzo2jrno54tkbttyl6slx6q====",
    ...(each.dependencies === undefined
      ? {}
      : {
          dependencies: each.dependencies.map(({ on, types, virtuals = [] }) => ({
            name: on.name,
            hash: hashOf(on),
            parameters: { deptypes: types, virtuals },
          })),
        }),
    annotations: { original_specfile_version: 5 },
  };
}
