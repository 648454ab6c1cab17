import { access, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ProcessResult, processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { binFolder, inRepository, repositoryRoot } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { runId, testName } from "../../support/run-id.ts";

const example = "examples/restricted-network/sygaldry.yaml";

requires(
  "linux",
  "root",
  "docker",
  "debootstrap",
  "git",
)("launch_container.sh in a copy of this repository (integration)", () => {
  let clone = "";
  let first: ProcessResult;

  beforeAll(async () => {
    clone = await copyOfRepository();
    first = await launch(["--config", example, "--", "id"]);
  });

  afterAll(async () => {
    if (clone !== "") {
      await removeContainerAndImage(path.join(clone, path.dirname(example)));
      await rm(path.dirname(clone), { recursive: true, force: true });
    }
    removeOwn();
  });

  const projectId = testName("launcher");

  /** As somebody does who has just cloned it: with this machine's own Node, and none of the test's variables. */
  function launch(args: readonly string[], input?: string): Promise<ProcessResult> {
    const foreign = /^(SYGALDRY_|npm_|VITEST|NODE_ENV$|TEST$)/;
    const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    const search = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== binFolder);
    return processRunner.run({
      command: path.join(clone, "container/launch_container.sh"),
      args,
      cwd: clone,
      ...(input === undefined ? {} : { input }),
      env: {
        ...Object.fromEntries(own),
        PATH: search.join(path.delimiter),
        SYGALDRY_PROJECT_ID: projectId,
        SYGALDRY_CONTAINER_ROOT: path.join(path.dirname(clone), "storage"),
      },
    });
  }

  it("runs the README's command, and stdout is the command's alone", () => {
    expect(first, first.stderr).toMatchObject({
      exitCode: 0,
      stdout: "uid=0(kvothe) gid=0(root) groups=0(root)\n",
    });
    expect(first.stderr).toContain("building the command line");
    expect(first.stderr).toContain("there is no image yet");
  });

  it("builds nothing the second time, and passes arguments, stdin and exit code", async () => {
    const script = 'printf "<%s>" "$@"; cat; exit 7';
    const again = await launch(
      ["--config", example, "sh", "-c", script, "sh", "a  b", "--config"],
      "from stdin",
    );
    expect(again).toMatchObject({ exitCode: 7, stdout: "<a  b><--config>from stdin" });
    expect(again.stderr).not.toMatch(/building|because/);
  });

  it("runs the entrypoint `default`: the command, else a login shell that reads stdin", async () => {
    const command = await launch(["--config", example, "--entrypoint", "default", "--", "echo", "a  b"]);
    expect(command).toMatchObject({ exitCode: 0, stdout: "a  b\n" });
    const shell = await launch(["--config", example], "shopt -q login_shell && command -v uv; exit 5\n");
    expect(shell).toMatchObject({ exitCode: 5, stdout: "/opt/tools/uv/bin/uv\n" });
  });

  it("fails as its entrypoint does", async () => {
    const gpus = ["--entrypoint", "verify-gpu", "--", "--min-count", "1000"];
    const verify = await launch(["--config", example, ...gpus]);
    expect([1, 3]).toContain(verify.exitCode);
    expect(verify.stderr).toContain("sygaldry: error: verify-gpu.sh");
    const unknown = await launch(["--config", example, "--entrypoint", "nonsense"]);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toMatch(/there is no entrypoint nonsense.* default .* verify-gpu/);
  });

  it("says what is wrong with its configuration", async () => {
    const { exitCode, stderr } = await launch(["--config", "examples/none.yaml", "true"]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("examples/none.yaml");
  });
});

/** What git would commit, and node_modules as `npm ci` would leave it, by links. */
async function copyOfRepository(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
  const clone = path.join(folder, "repository");
  const list = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await runChecked(processRunner, { command: "git", args: list, cwd: repositoryRoot });
  // A node_modules that is a link, as in a second work tree, is no folder for git to ignore.
  for (const file of stdout.split("\0").filter((name) => name !== "" && name !== "node_modules")) {
    const there = await access(inRepository(file)).then(
      () => true,
      () => false,
    );
    if (there) await cp(inRepository(file), path.join(clone, file), { preserveTimestamps: true });
  }
  const modules = path.join(clone, "node_modules");
  await mkdir(modules);
  for (const name of await readdir(inRepository("node_modules")))
    if (!/^\.(?!bin$)/.test(name))
      await symlink(inRepository("node_modules", name), path.join(modules, name));
  await cp(inRepository("package-lock.json"), path.join(modules, ".sygaldry-lock"));
  await writeFile(path.join(modules, ".package-lock.json"), "{}\n");
  return clone;
}

/** The image that the devcontainers CLI makes is named after the folder, which is the example's and not this test's. */
async function removeContainerAndImage(folder: string): Promise<void> {
  const { stdout: found } = await docker([
    "ps",
    "-aq",
    "--filter",
    `label=devcontainer.local_folder=${folder}`,
  ]);
  for (const container of found.split("\n").filter(Boolean)) {
    const { stdout: image } = await docker(["inspect", "--format", "{{.Image}}", container]);
    await docker(["rm", "-f", "-v", container]);
    await docker(["rmi", "-f", image.trim()]);
  }
}
