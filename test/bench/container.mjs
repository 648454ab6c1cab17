// One container of the restricted-network example, shared by the cases that need one, in a repository of 20,000 files.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const cli = path.resolve("dist/cli.cjs");
const devcontainerCli = path.resolve("node_modules/@devcontainers/cli/devcontainer.js");
let made;

/** Makes the container, once. Returns why it cannot be made here, or undefined. */
export function acquire() {
  if (made !== undefined) return made.problem;
  const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-bench-"));
  const root = path.join(folder, "repository");
  const env = { ...process.env, SYGALDRY_CONTAINER_ROOT: path.join(folder, "storage") };
  made = { folder, root, env, problem: undefined, id: "" };
  fill(root);
  copyFileSync("examples/restricted-network/sygaldry.yaml", path.join(root, "sygaldry.yaml"));
  try {
    const said = execFileSync(process.execPath, [cli, "up", "--json", "--quiet"], {
      cwd: root,
      env,
      encoding: "utf8",
    });
    made.id = JSON.parse(said).containerId;
  } catch (error) {
    made.problem = `the example's container could not be made: ${String(error.stderr ?? error).trim()}`;
  }
  return made.problem;
}

/** Removes it when all cases are through, or the bench is interrupted. */
process.once("exit", () => {
  if (made === undefined) return;
  const { folder, root, env } = made;
  try {
    execFileSync(process.execPath, [cli, "down", "--remove"], { cwd: root, env, stdio: "ignore" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

export function sygaldry(...args) {
  return { command: process.execPath, args: [cli, ...args], cwd: made.root, env: made.env };
}

export function devcontainer(verb, ...args) {
  const all = [devcontainerCli, verb, "--workspace-folder", made.root, ...args];
  return { command: process.execPath, args: all, cwd: made.root, env: made.env };
}

export function dockerExec(...argv) {
  return { command: "docker", args: ["exec", "-u", "kvothe", "-w", "/workspace", made.id, ...argv] };
}

export function gitStatus() {
  return { command: "git", args: ["status", "--porcelain"], cwd: made.root };
}

/** 20,000 small files in 200 folders, committed. */
function fill(root) {
  for (let folder = 0; folder < 200; folder++) {
    const at = path.join(root, "src", `package${folder}`);
    mkdirSync(at, { recursive: true });
    for (let file = 0; file < 100; file++)
      writeFileSync(path.join(at, `file${file}.txt`), `${folder} ${file}\n`);
  }
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args], {
      cwd: root,
      stdio: "ignore",
    });
  git("init");
  git("add", ".");
  git("commit", "-m", "files");
}
