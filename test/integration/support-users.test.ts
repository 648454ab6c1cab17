import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { processRunner } from "../../extension/core/base/process.ts";
import { removeOwn, runInImage } from "../support/docker.ts";
import { requires } from "../support/requirements.ts";
import { asUser, type TestUser } from "../support/users.ts";
import { createWorkspace } from "../support/workspace.ts";

const users: TestUser[] = [
  { uid: 1000, gid: 1000 },
  { uid: 1234, gid: 5678 },
];

requires(
  "linux",
  "root",
  "setpriv",
)("other users (integration)", () => {
  it.each(users)("run as $uid:$gid without privileges, in a workspace of their own", async (user) => {
    await using workspace = await createWorkspace({
      owner: user,
      config: (id) => `project:\n  id: ${id}\n`,
      files: { "src/deep/a.txt": "a" },
    });
    const script =
      'id -u; id -g; echo b > src/deep/b.txt; touch "$HOME/x"; touch /etc/denied 2>/dev/null || echo denied';
    const command = { command: "sh", args: ["-c", script], cwd: workspace.path };
    const { stdout, exitCode } = await processRunner.run(asUser(user, workspace.home, command));
    expect(stdout.split("\n")).toEqual([`${user.uid}`, `${user.gid}`, "denied", ""]);
    expect(exitCode).toBe(0);
    const { uid, gid } = statSync(path.join(workspace.path, "src", "deep", "b.txt"));
    expect({ uid, gid }).toEqual({ uid: user.uid, gid: user.gid });
    expect(existsSync(path.join(workspace.path, "sygaldry.yaml"))).toBe(true);
  });
});

requires(
  "linux",
  "root",
  "setpriv",
  "docker",
  "base",
)("other users and Docker (integration)", () => {
  afterAll(() => removeOwn());

  it.each(users)("reach the socket as $uid:$gid", async (user) => {
    await using workspace = await createWorkspace({ owner: user });
    const command = { command: "docker", args: ["info", "--format", "{{.ServerVersion}}"] };
    const result = await processRunner.run(asUser(user, workspace.home, command));
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    const refused = await processRunner.run(asUser({ ...user, groups: [] }, workspace.home, command));
    expect(refused.stderr).toContain("permission denied");
  });

  it("leave a workspace that is removed all the same", async () => {
    const workspace = await createWorkspace();
    const mount = ["-v", `${workspace.path}:/w`, "--user", "4321:4321"];
    await runInImage("sygaldry-test-base", ["true"], { args: mount });
    await runInImage(
      "sygaldry-test-base",
      ["sh", "-c", "mkdir -p /w/a && touch /w/a/b && chown -R 4321:4321 /w"],
      {
        args: mount.slice(0, 2),
      },
    );
    await workspace.dispose();
    expect(existsSync(path.dirname(workspace.path))).toBe(false);
  });
});
