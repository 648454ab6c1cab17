import { readFile, rm, stat, symlink } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ProcessResult, processRunner } from "../../../extension/core/base/process.ts";
import { sygaldry } from "../../support/cli.ts";
import { requires } from "../../support/requirements.ts";
import { testName } from "../../support/run-id.ts";
import { slim } from "../../support/slim-project.ts";
import { asUser, type TestUser } from "../../support/users.ts";
import { createWorkspace, type Workspace } from "../../support/workspace.ts";

const ada: TestUser = { uid: 1234, gid: 5678, groups: [] };
const bob: TestUser = { uid: 1000, gid: 1000, groups: [] };
const config = {
  ...slim,
  devcontainer: { mode: "portable" },
  secrets: { TOKEN: { env: "TOKEN" }, KEY: { env: "KEY", as: "env" } },
};

requires(
  "linux",
  "root",
  "setpriv",
)("portable files on a machine of several users (integration)", () => {
  const [adaName, bobName, linked] = [testName("ada"), testName("bob"), testName("linked")];
  const folders = [adaName, bobName, linked].map((name) => `/tmp/sygaldry-${name}`);
  const projectId = testName("shared");
  const standardStorage = `/var/tmp/sygaldry/${projectId}`;
  let checkouts: ReadonlyMap<TestUser, Workspace>;

  beforeAll(async () => {
    checkouts = new Map([
      [ada, await checkoutOf(ada)],
      [bob, await checkoutOf(bob)],
    ]);
  });
  afterAll(async () => {
    for (const workspace of checkouts.values()) await workspace.dispose();
    for (const folder of [...folders, standardStorage]) await rm(folder, { recursive: true, force: true });
  });

  async function checkoutOf(owner: TestUser): Promise<Workspace> {
    const workspace = await createWorkspace({ owner, config: JSON.stringify(config) });
    const { path: cwd, home } = workspace;
    const env = { SYGALDRY_PROJECT_ID: projectId, SYGALDRY_CONTAINER_ROOT: workspace.storage };
    const rendered = await sygaldry(["render"], { cwd, env, user: { ...owner, home } });
    expect(rendered.exitCode, rendered.stderr).toBe(0);
    return workspace;
  }

  /** initialize.sh as `user`, whose environment says that the name is `name`. */
  function initialize(user: TestUser, name: string, more: object = {}): Promise<ProcessResult> {
    const workspace = checkouts.get(user);
    if (workspace === undefined) throw new Error("no checkout");
    const { path: cwd, home, storage } = workspace;
    const command = { command: "sh", args: [".devcontainer/initialize.sh"], cwd };
    const { env, ...rest } = asUser(user, home, command);
    const own = { SYGALDRY_CONTAINER_ROOT: storage, XDG_RUNTIME_DIR: undefined, USER: name };
    return processRunner.run({ ...rest, env: { ...env, ...own, TOKEN: `of ${name}`, KEY: "k", ...more } });
  }

  it("give the storage in the standard place to whoever comes first, and tell the second", async () => {
    const standard = { SYGALDRY_CONTAINER_ROOT: undefined };
    for (const _ of ["first", "second"]) {
      expect(await initialize(ada, adaName, standard)).toMatchObject({ exitCode: 0, stderr: "" });
    }
    expect((await stat(`${standardStorage}/monorepo_home`)).uid).toBe(ada.uid);
    const second = await initialize(bob, bobName, standard);
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(
      /^sygaldry: error\[SYG-STORAGE\]: .* is somebody else's or a link\nsygaldry: next: Set SYGALDRY_CONTAINER_ROOT/m,
    );
  });

  it("keep secrets, without XDG_RUNTIME_DIR, in a folder of each user's own, which nobody else can enter", async () => {
    expect(await initialize(ada, adaName)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await initialize(bob, bobName)).toMatchObject({ exitCode: 0, stderr: "" });
    for (const [name, { uid }] of [[adaName, ada] as const, [bobName, bob] as const]) {
      const secrets = `/tmp/sygaldry-${name}/${projectId}/secrets`;
      expect(await readFile(`${secrets}/TOKEN`, "utf8")).toBe(`of ${name}`);
      for (const file of [`/tmp/sygaldry-${name}`, `${secrets}/TOKEN`, `${secrets}/env/KEY`]) {
        const { mode, uid: owner } = await stat(file);
        expect([mode & 0o77, owner], file).toEqual([0, uid]);
      }
    }
  });

  it("put no secret into a folder that is somebody else's, or a link", async () => {
    const taken = await initialize(bob, adaName);
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toMatch(
      /^sygaldry: error\[SYG-SECRET\]: .*\nsygaldry: next: .*XDG_RUNTIME_DIR to a folder of your own\.$/m,
    );
    expect(await readFile(`/tmp/sygaldry-${adaName}/${projectId}/secrets/TOKEN`, "utf8")).toBe(
      `of ${adaName}`,
    );
    const workspace = checkouts.get(bob);
    await symlink(workspace?.home ?? "", `/tmp/sygaldry-${linked}`);
    expect(await initialize(bob, linked)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("is somebody else's or a link"),
    });
  });
});
