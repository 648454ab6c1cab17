import { chown, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { docker, removeOwn, ubuntuLikeImage } from "../../support/docker.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim } from "../../support/slim-project.ts";
import type { TestUser } from "../../support/users.ts";

const users = [
  { uid: 0, gid: 0, whose: "root's" },
  { uid: 1000, gid: 1000, whose: "the base image's own user's" },
  { uid: 1234, gid: 5678, whose: "nobody's" },
  { uid: 2345, gid: 100, whose: "a free uid and the gid of `users`" },
  { uid: 2345, gid: 20, whose: "a free uid and the gid of `dialout`" },
];

requires(
  "linux",
  "root",
  "setpriv",
  "base",
)("the ids of the container's user (integration)", () => {
  let base = "";

  beforeAll(async () => {
    base = await ubuntuLikeImage();
  });

  afterAll(removeOwn);

  const config = (more: object = {}) => ({ ...slim, image: { base }, ...more });

  it.each(users)("are the host user's: $uid:$gid, $whose", async ({ uid, gid }) => {
    await using project = await createSlimProject({ config: config(), owner: { uid, gid } });
    await project.up();
    const said = await project.inside(`id -u; id -g; id -un; whoami; echo "$HOME"; pwd; sudo -n id -u`);
    expect(said.split("\n")).toEqual([
      ...[`${uid}`, `${gid}`, "kvothe", "kvothe", "/home/kvothe", "/workspace", "0"],
    ]);
    await expectOwnFiles(project, { uid, gid });
    await project.inside("touch /tmp/made && ! touch /config/made");
  });

  it("cannot become root's when sudo is false", async () => {
    const owner = { uid: 1234, gid: 5678 };
    await using project = await createSlimProject({ config: config({ user: { sudo: false } }), owner });
    await project.up();
    const status = await project.inside("! command -v sudo; cat /proc/self/status");
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"])
      expect(status).toMatch(new RegExp(`^${set}:\t0{16}$`, "m"));
    await expectOwnFiles(project, owner);
  });

  it("are those of mount points that root made before, and of the way to those that the engine makes", async () => {
    const owner = { uid: 1234, gid: 5678 };
    const target = "/home/kvothe/.local/share/data";
    await using project = await createSlimProject({
      config: config({ mounts: [`./data:${target}:rw`] }),
      files: { "data/there": "before\n" },
      owner,
    });
    const { path: root, projectId, storage } = project.workspace;
    const folder = path.join(storage, projectId);
    await mkdir(path.join(folder, "hf_cache"), { recursive: true });
    await mkdir(path.join(folder, "bazel_cache"));
    await chown(folder, owner.uid, owner.gid);
    await project.up();
    await expectOwnFiles(project, owner, [target]);
    await project.inside(`touch ~/.local/made ~/.local/share/made && cat ${target}/there`);
    const home = path.join(folder, "monorepo_home");
    for (const name of [".local", ".local/made", ".local/share", ".local/share/made"])
      expect(await ownerOf(path.join(home, name)), name).toEqual(owner);
    expect(await ownerOf(path.join(root, "data"))).toEqual(owner);
  });
});

const storageTargets = [
  ...["/home/kvothe", "/opt/bazel_cache", "/opt/bazel_output", "/opt/hf_cache"],
  ...["/opt/spack_store", "/opt/sygaldry/logs", "/workspace"],
];

const inspected = z
  .array(
    z.object({ Mounts: z.array(z.object({ Source: z.string(), Destination: z.string(), RW: z.boolean() })) }),
  )
  .length(1);

/** Makes a file in a new folder in every writable mount, from inside, and looks at both from outside. */
async function expectOwnFiles(
  { workspace, inside }: SlimProject,
  owner: TestUser,
  more: readonly string[] = [],
): Promise<void> {
  const label = `label=devcontainer.local_folder=${workspace.path}`;
  const { stdout: id } = await docker(["ps", "-q", "--filter", label]);
  const { stdout } = await docker(["inspect", id.trim()]);
  const [container] = inspected.parse(JSON.parse(stdout));
  const mounts = (container?.Mounts ?? []).filter(({ RW }) => RW);
  const targets = mounts.map(({ Destination }) => Destination).sort();
  expect(targets).toEqual([...storageTargets, ...more].sort());
  await inside(`for at in ${targets.join(" ")}; do mkdir "$at/made"; echo x >"$at/made/file"; done`);
  for (const { Source, Destination } of mounts)
    for (const name of ["", "made", "made/file"])
      expect(await ownerOf(path.join(Source, name)), path.join(Destination, name)).toEqual(owner);
}

async function ownerOf(file: string): Promise<TestUser> {
  const { uid, gid } = await stat(file);
  return { uid, gid };
}
