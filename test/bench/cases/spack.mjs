import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { largeEnvironment, manyPackages } from "../spack.mjs";

const cli = path.resolve("dist/cli.cjs");
const nothing = { prepare: () => {}, cleanup: () => {} };

/** In a process of its own, see warm.mjs. */
function warm(what, ...files) {
  return { command: process.execPath, args: ["test/bench/warm.mjs", what, ...files], reports: true };
}

export const load = {
  ...nothing,
  name: "load 456 packages, check, join / JSON.parse of the lock",
  goal: 6,
  ours: () => warm("load", largeEnvironment().lockFile, largeEnvironment().store),
  peer: () => warm("parse", largeEnvironment().lockFile),
};

/** The same ratio for twelve times the packages: the cost grows as that of parsing alone does. */
export const growth = {
  ...nothing,
  name: "read and check 5,307 packages / JSON.parse of them",
  goal: 6,
  ours: () => warm("check", manyPackages(12)),
  peer: () => warm("parse", manyPackages(12)),
};

export const small = {
  ...nothing,
  name: "read and check 456 packages / JSON.parse of them",
  goal: 6,
  ours: () => warm("check", manyPackages(1)),
  peer: () => warm("parse", manyPackages(1)),
};

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
