// The 456 packages of the large fixture as an environment with a store in which everything is installed.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bottomUp } from "../../extension/core/spack/lockfile/closure.ts";
import { parseLockfile } from "../../extension/core/spack/lockfile/read-lockfile.ts";
import { base32 } from "../../extension/core/spack/lockfile/verify-hashes.ts";

const fixture = path.resolve("test/fixtures/spack/large");
let made;

/** Makes the environment and its store, once: `{folder, environment, store, lockFile}`. */
export function largeEnvironment() {
  made ??= makeLarge();
  return made;
}

function makeLarge() {
  const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const environment = path.join(folder, "environment");
  const store = path.join(folder, "store");
  mkdirSync(environment);
  const lock = JSON.parse(readFileSync(path.join(fixture, "spack.lock"), "utf8"));
  const lockFile = path.join(environment, "spack.lock");
  writeFileSync(lockFile, JSON.stringify(lock));
  const manifest = readFileSync(path.join(fixture, "spack.yaml"), "utf8");
  const view = path.join(folder, "view");
  writeFileSync(path.join(environment, "spack.yaml"), manifest.replace(/view: .*/, `view: ${view}`));
  mkdirSync(path.join(folder, "._view/generation/bin"), { recursive: true });
  symlinkSync(path.join(folder, "._view/generation"), view);
  const installs = Object.entries(lock.concrete_specs).map(([hash, spec]) => {
    const prefix = path.join(store, `linux-x86_64_v3/${spec.name}-${spec.version}-${hash}`);
    if (spec.external === undefined) mkdirSync(path.join(prefix, "bin"), { recursive: true });
    const record = {
      spec,
      ref_count: 1,
      path: spec.external?.path ?? prefix,
      installed: true,
      explicit: false,
      installation_time: 1.7e9,
    };
    return [hash, record];
  });
  mkdirSync(path.join(store, ".spack-db"), { recursive: true });
  writeFileSync(
    path.join(store, ".spack-db/index.json"),
    JSON.stringify({ database: { version: "8", installs: Object.fromEntries(installs) } }),
  );
  writeFileSync(path.join(store, ".spack-db/index_verifier"), "00000000-0000-0000-0000-000000000000");
  return { folder, environment, store, lockFile };
}

/**
 * A lock of `copies` times the large fixture's packages (externals once), whose hashes are all right: each copy is from
 * another namespace. Returns the file.
 */
export function manyPackages(copies) {
  const text = readFileSync(path.join(fixture, "spack.lock"), "utf8");
  const lock = JSON.parse(text);
  const order = bottomUp(parseLockfile(text, "spack.lock").lock).map(({ hash }) => hash);
  const specs = {};
  const roots = [];
  for (let copy = 0; copy < copies; copy += 1) {
    const moved = new Map();
    for (const old of order) {
      const { hash: _, ...spec } = lock.concrete_specs[old];
      const dependencies = spec.dependencies?.map((edge) => ({ ...edge, hash: moved.get(edge.hash) }));
      const own = spec.external === undefined ? { namespace: `copy${copy}` } : {};
      const content = { ...spec, ...own, ...(dependencies && { dependencies }) };
      const hash = spec.external === undefined ? specHash(content) : old;
      moved.set(old, hash);
      specs[hash] = { ...content, hash };
    }
    roots.push(...lock.roots.map((root) => ({ ...root, hash: moved.get(root.hash) })));
  }
  const file = path.join(largeEnvironment().folder, `${copies}.lock`);
  writeFileSync(file, JSON.stringify({ ...lock, roots, concrete_specs: specs }));
  return file;
}

function specHash(content) {
  return base32(createHash("sha1").update(JSON.stringify(content)).digest());
}
