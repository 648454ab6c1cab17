import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { samePaths } from "../../../extension/core/site/paths.ts";
import { packageStates } from "../../../extension/core/spack/environment/package-states.ts";
import { parseLockfile, readLockfile } from "../../../extension/core/spack/lockfile/read-lockfile.ts";
import { verifyHashes } from "../../../extension/core/spack/lockfile/verify-hashes.ts";
import { readDatabase } from "../../../extension/core/spack/store/read-database.ts";
import { largeEnvironment, manyPackages } from "../spack.mjs";

const cli = path.resolve("dist/cli.cjs");
const nothing = { prepare: () => {}, cleanup: () => {} };

/** Lock, hash check, database and join, from the files on; the peer parses the lock's text, which it has read already. */
export const load = {
  ...nothing,
  name: "load 456 packages, check, join / JSON.parse of the lock",
  goal: 6,
  ours: () => {
    const { store, lockFile } = largeEnvironment();
    return () => loadJoined(lockFile, store);
  },
  peer: () => {
    const text = readFileSync(largeEnvironment().lockFile, "utf8");
    return () => JSON.parse(text);
  },
};

async function loadJoined(lockFile, store) {
  const [loaded, database] = await Promise.all([readLockfile(lockFile), readDatabase(store)]);
  if (verifyHashes(loaded).damaged.length > 0) throw new Error("damaged");
  const known = { root: store, database, upstreams: [], failures: [], problems: [] };
  const packages = await packageStates(loaded.lock, known, samePaths);
  if (packages.some(({ state }) => state !== "installed" && state !== "external"))
    throw new Error("not installed");
}

/** Linear growth: twelve times the packages cost as much more of reading and checking as of parsing alone. */
export const growth = {
  ...nothing,
  name: "read and check 5,307 packages / JSON.parse of them",
  goal: 6,
  ours: () => {
    const text = manyPackages(12);
    return () => check(text, 5307);
  },
  peer: () => {
    const text = manyPackages(12);
    return () => JSON.parse(text);
  },
};

/** The same for the packages as they are, to compare the ratios. */
export const small = {
  ...nothing,
  name: "read and check 456 packages / JSON.parse of them",
  goal: 6,
  ours: () => {
    const text = manyPackages(1);
    return () => check(text, 456);
  },
  peer: () => {
    const text = manyPackages(1);
    return () => JSON.parse(text);
  },
};

function check(text, packages) {
  const { verified, damaged } = verifyHashes(parseLockfile(text, "spack.lock"));
  if (verified !== packages || damaged.length > 0) throw new Error(`${verified} of ${packages} verified`);
}

const realSpack = {
  prepare: () => (spackRoot() === undefined ? "SPACK_ROOT names no Spack" : undefined),
  cleanup: () => {},
};

export const show = {
  ...realSpack,
  name: "spack show --json / spack find --json (456 packages)",
  goal: 0.2,
  ours: () => inLarge({ command: process.execPath, args: [cli, "spack", "show", "--json", "--quiet"] }),
  peer: () => inLarge({ command: spackProgram(), args: ["-e", ".", "find", "--json"] }),
};

/** As after a clone: solved and nothing installed, so that both set the view's variables. */
export const activate = {
  ...realSpack,
  name: "spack activate / spack env activate --sh (456 packages)",
  goal: 0.2,
  ours: () => inLarge({ command: process.execPath, args: [cli, "spack", "activate", "--quiet"] }, "empty"),
  peer: () => inLarge({ command: spackProgram(), args: ["env", "activate", "--sh", "."] }, "empty"),
};

function spackRoot() {
  const root = process.env.SPACK_ROOT || "/opt/spack_src";
  return existsSync(path.join(root, "bin/spack")) ? root : undefined;
}

function spackProgram() {
  return path.join(spackRoot(), "bin/spack");
}

/** Both use the store made for it, or an empty one, through a configuration scope of the user's. */
function inLarge(command, store = "store") {
  const { environment, folder } = largeEnvironment();
  const config = path.join(folder, `config-${store}`);
  if (!existsSync(config)) {
    mkdirSync(config);
    const users = process.env.SPACK_USER_CONFIG_PATH;
    if (users && existsSync(users)) cpSync(users, config, { recursive: true });
    const settings = { config: { install_tree: { root: path.join(folder, store) } } };
    writeFileSync(path.join(config, "config.yaml"), JSON.stringify(settings));
  }
  return { ...command, cwd: environment, env: { SPACK_USER_CONFIG_PATH: config, SPACK_ROOT: spackRoot() } };
}
