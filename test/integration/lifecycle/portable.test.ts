import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type Command, processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { sygaldry } from "../../support/cli.ts";
import { docker, removeOwn, runInImage } from "../../support/docker.ts";
import { installedCli } from "../../support/installed-cli.ts";
import { requires } from "../../support/requirements.ts";
import { runId, testName } from "../../support/run-id.ts";
import { removeContainersOf, slim } from "../../support/slim-project.ts";
import { asUser, type TestUser } from "../../support/users.ts";
import { packageVersion } from "../../support/version.ts";
import { createWorkspace, type Workspace } from "../../support/workspace.ts";

const root: TestUser = { uid: 0, gid: 0 };
const stranger: TestUser = { uid: 1234, gid: 5678 };
const projectId = testName("portable");
const portable = { ...slim, project: { id: projectId }, devcontainer: { mode: "portable" } };
const workspaceMount = "source=${localWorkspaceFolder},target=/workspace,type=bind";
const standardStorage = path.join("/var/tmp/sygaldry", projectId);

requires(
  "linux",
  "root",
  "setpriv",
  "git",
  "base",
)("portable files (integration)", () => {
  let repository: Workspace;
  /** Everything that is not the repository: checkouts, homes, storage. */
  let machine = "";

  beforeAll(async () => {
    machine = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
    await chmod(machine, 0o755);
    repository = await createWorkspace({ config: JSON.stringify(portable) });
    await render(repository, []);
    await git(repository.path, "init", "--quiet");
    await git(repository.path, "add", "--all");
    await git(repository.path, "commit", "--quiet", "--message", "rendered");
  });

  afterAll(async () => {
    for (const name of await readdir(machine)) await removeContainersOf(path.join(machine, name));
    await repository.dispose();
    await rm(machine, { recursive: true, force: true });
    await rm(standardStorage, { recursive: true, force: true });
    removeOwn();
  });

  /** A clone that belongs to `owner`, who has never used Sygaldry. */
  async function checkout(name: string, owner: TestUser): Promise<Checkout> {
    const folder = path.join(machine, testName(name));
    const home = `${folder}-home`;
    await git(machine, "clone", "--quiet", repository.path, folder);
    await runChecked(processRunner, { command: "mkdir", args: [home] });
    await runChecked(processRunner, {
      command: "chown",
      args: ["-R", `${owner.uid}:${owner.gid}`, folder, home],
    });
    return { folder, home, owner };
  }

  it("are the same whoever renders them, on whatever machine", async () => {
    const { project, mirrors, image, tools } = portable;
    const config = JSON.stringify({ project, mirrors, image, tools });
    await using workspace = await createWorkspace({ owner: stranger, config });
    const at = { folder: workspace.path, home: workspace.home, owner: stranger };
    const env = { SYGALDRY_CONTAINER_ROOT: workspace.storage };
    await onAnotherMachine(at, [installedCli(), "render", "--portable"], env);
    expect(await renderedIn(workspace.path)).toEqual(await renderedIn(repository.path));
  });

  it("hold no path of this machine", async () => {
    const files = await renderedIn(repository.path);
    files.delete("sygaldry.cjs");
    const text = [...files.values()].join("\n");
    const labels = [...text.matchAll(/dev\.sygaldry\.inputs=\\?"?([\w-]+)/g)].map(([, label = ""]) => label);
    expect(labels).toHaveLength(2);
    const all = [text, ...labels.map((label) => Buffer.from(label, "base64url").toString())].join("\n");
    const { path: folder, home, storage } = repository;
    for (const own of [folder, home, storage]) expect(all).not.toContain(own);
  });

  it("come up by themselves as root, and Sygaldry finds nothing to do", async () => {
    const one = await checkout("root", root);
    const { containerId } = await devcontainerUp(one);
    await expectRightInside(one);
    expect(await git(one.folder, "status", "--porcelain", "--", ".devcontainer")).toBe("");
    expect(await mountsOf(containerId)).toEqual(mountsIn(standardStorage));

    const options = { cwd: one.folder, env: { HOME: one.home } };
    const up = await sygaldry(["up", "--json"], options);
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(up.json()).toMatchObject({ action: "nothing", containerId });
  });

  it("come up as another user, in the storage that SYGALDRY_CONTAINER_ROOT names", async () => {
    const one = await checkout("stranger", stranger);
    const storage = path.join(machine, "storage of a stranger");
    await runChecked(processRunner, {
      command: "install",
      args: ["-d", "-o", "1234", "-g", "5678", storage],
    });
    const env = { SYGALDRY_CONTAINER_ROOT: storage };
    const { containerId } = await devcontainerUp(one, env);
    await expectRightInside(one, env);
    expect(await mountsOf(containerId)).toEqual(mountsIn(path.join(storage, projectId)));
  });

  it("give two checkouts one cache, and each its own output root", async () => {
    const [one, two] = [await checkout("one", root), await checkout("two", root)];
    await devcontainerUp(one);
    await devcontainerUp(two);
    await inside(one, "echo shared >/opt/bazel_cache/from-one; echo own >/opt/bazel_output/from-one");
    expect(await inside(two, "cat /opt/bazel_cache/from-one; ls /opt/bazel_output")).toBe("shared");
  });

  it("build without their initializeCommand, for ids that whoever starts the image then gives", async () => {
    const one = await checkout("prebuild", root);
    const tag = testName("prebuilt");
    const build = ["build", "--workspace-folder", one.folder, "--image-name", tag];
    await onAnotherMachine(one, [devcontainerCli(), ...build]);
    expect(await readdir(path.join(one.folder, ".devcontainer"))).not.toContain("host");
    const { stdout } = await runInImage(tag, ["id", "kvothe"], { args: ["--entrypoint", ""] });
    expect(stdout).toBe("uid=1000(kvothe) gid=1000(kvothe) groups=1000(kvothe)\n");

    const two = await checkout("prebuilt", stranger);
    const initialize = ["sh", ".devcontainer/initialize.sh"];
    await writeFile(
      path.join(two.folder, ".devcontainer/devcontainer.json"),
      JSON.stringify({
        image: tag,
        initializeCommand: initialize,
        workspaceFolder: "/workspace",
        workspaceMount,
      }),
    );
    const env = { SYGALDRY_CONTAINER_ROOT: path.join(two.home, "storage") };
    await devcontainerUp(two, env);
    await expectRightInside(two, env);
  });
});

interface Checkout {
  readonly folder: string;
  readonly home: string;
  readonly owner: TestUser;
}

type Variables = Readonly<Record<string, string>>;

/** Runs a Node program as the owner of a checkout, on a machine with another name that knows this user and no Sygaldry. */
async function onAnotherMachine(
  { folder, home, owner }: Checkout,
  argv: readonly string[],
  env: Variables = {},
): Promise<string> {
  const passwd = path.join(home, ".passwd");
  const entry = `stranger:x:${owner.uid}:${owner.gid}::${home}:/bin/sh\n`;
  await writeFile(passwd, owner.uid === 0 ? await readFile("/etc/passwd") : entry);
  const own = Object.entries(process.env).filter(([name]) => !/^(SYGALDRY_|XDG_|HOST)/.test(name));
  const command: Command = {
    command: process.execPath,
    args: argv,
    env: { ...Object.fromEntries(own), TMPDIR: home, ...env },
  };
  const { args, command: program, ...rest } = asUser(owner, home, command);
  const script = 'echo elsewhere >/proc/sys/kernel/hostname; mount --bind "$0" /etc/passwd; exec "$@"';
  const namespaces = ["--mount", "--uts", "sh", "-ec", script, passwd];
  const { stdout } = await runChecked(processRunner, {
    ...rest,
    command: "unshare",
    args: [...namespaces, program, ...args],
    cwd: folder,
  });
  return stdout.trim();
}

/** The stock CLI, where every user may read it. */
function devcontainerCli(): string {
  return path.join(installedCli(), "../../../@devcontainers/cli/devcontainer.js");
}

const upResult = z.object({ outcome: z.literal("success"), containerId: z.string() });

async function devcontainerUp(at: Checkout, env: Variables = {}): Promise<z.infer<typeof upResult>> {
  const said = await onAnotherMachine(at, [devcontainerCli(), "up", "--workspace-folder", at.folder], env);
  return upResult.parse(JSON.parse(said));
}

function inside(at: Checkout, script: string, env: Variables = {}): Promise<string> {
  const exec = ["exec", "--workspace-folder", at.folder, "sh", "-ec", script];
  return onAnotherMachine(at, [devcontainerCli(), ...exec], env);
}

/** The ids are the owner's, in the workspace and in the mounts; so is the name, and the command works. */
async function expectRightInside(at: Checkout, env: Variables = {}): Promise<void> {
  const { uid, gid } = at.owner;
  const places = `/workspace "$HOME" ${writable.join(" ")}`;
  const script = `id -un; echo "$HOME"; pwd; sygaldry --version
    for at in ${places}; do touch "$at/made"; stat -c "%u:%g" "$at" "$at/made"; done
    id -u; id -g; ! touch /config/made`;
  const lines = (await inside(at, script, env)).split("\n");
  expect(lines.slice(0, 4)).toEqual(["kvothe", "/home/kvothe", "/workspace", packageVersion]);
  expect(new Set(lines.slice(4, -2))).toEqual(new Set([`${uid}:${gid}`]));
  expect(lines.slice(-2)).toEqual([`${uid}`, `${gid}`]);
}

const writable = [
  "/opt/spack_store",
  "/opt/bazel_cache",
  "/opt/bazel_output",
  "/opt/hf_cache",
  "/opt/sygaldry/logs",
];

const inspected = z
  .array(
    z.object({
      Mounts: z.array(z.object({ Type: z.string(), Source: z.string(), Destination: z.string() })),
    }),
  )
  .length(1);

/** The folders of this machine that a container has mounted, its workspace apart, by path in the container. */
async function mountsOf(container: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await docker(["inspect", container]);
  const mounts = inspected.parse(JSON.parse(stdout)).flatMap(({ Mounts }) => Mounts);
  const own = mounts.filter(({ Type, Destination }) => Type === "bind" && Destination !== "/workspace");
  return Object.fromEntries(own.map(({ Source, Destination }) => [Destination, Source]));
}

function mountsIn(storage: string): Readonly<Record<string, string>> {
  return {
    "/home/kvothe": path.join(storage, "monorepo_home"),
    "/opt/spack_store": path.join(storage, "spack_store"),
    "/opt/bazel_cache": path.join(storage, "bazel_cache"),
    "/opt/hf_cache": path.join(storage, "hf_cache"),
    "/config": path.join(storage, "config"),
    "/opt/sygaldry/logs": path.join(storage, "logs"),
  };
}

async function render({ path: cwd, home, storage }: Workspace, args: readonly string[]): Promise<void> {
  const env = { HOME: home, SYGALDRY_CONTAINER_ROOT: storage };
  const result = await sygaldry(["render", ...args], { cwd, env });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
}

/** The rendered files by their path below .devcontainer. */
async function renderedIn(folder: string): Promise<Map<string, string>> {
  const at = path.join(folder, ".devcontainer");
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const texts = files.map(async (file) => [path.relative(at, file), await readFile(file, "utf8")] as const);
  return new Map(await Promise.all(texts));
}

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "safe.directory=*"];
  return (await runChecked(processRunner, { command: "git", args: [...who, ...args], cwd })).stdout;
}
