import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProcessRunner, processRunner } from "../../../../extension/core/base/process.ts";
import { loadConfig } from "../../../../extension/core/project/config.ts";
import {
  checkoutIdentity,
  checkoutKey,
  idFromName,
  projectId,
} from "../../../../extension/core/project/identity.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "sygaldry-identity-")));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]) => path.join(folder, ...names);

function git(where: string, ...args: string[]): string {
  const identity = [
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.org",
    "-c",
    "init.defaultBranch=main",
    "-c",
    "protocol.file.allow=always",
  ];
  const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], {
    cwd: where,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

async function repository(name: string, message = name): Promise<string> {
  await mkdir(at(name));
  git(at(name), "init", "-q");
  git(at(name), "commit", "-q", "--allow-empty", "-m", message);
  return git(at(name), "rev-parse", "HEAD");
}

const noGit: ProcessRunner = {
  run: (command) => processRunner.run({ ...command, command: "sygaldry-no-such-git" }),
};

describe("projectId and idFromName (unit)", () => {
  test.each([
    ["plain", "plain"],
    ["My Project (2)", "my-project-2"],
    ["Größe", "gr-e"],
    ["_hidden.", "hidden."],
    ["...dots", "dots"],
    ["a--b__c", "a--b__c"],
    ["x".repeat(80), "x".repeat(63)],
    ["été", "t"],
    ["日本", undefined],
    ["..", undefined],
    ["", undefined],
  ])("%j becomes %j", (name, id) => {
    expect(idFromName(name)).toBe(id);
  });

  async function idIn(name: string, text: string) {
    await mkdir(at(name));
    await writeFile(at(name, "sygaldry.yaml"), text);
    return projectId(await loadConfig({ cwd: at(name) }));
  }

  test("is what the configuration says, else made of the folder's name", async () => {
    expect(await idIn("My Repo", "")).toBe("my-repo");
    expect(await idIn("Other", "project: {id: said}\n")).toBe("said");
  });

  test("a folder's name of which nothing is left needs project.id", async () => {
    await expect(idIn("日本", "")).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
      next: expect.stringContaining("project.id"),
    });
  });
});

describe("checkoutKey (unit)", () => {
  test("is a file name, the same through links, and another for another folder", async () => {
    await mkdir(at("a", "My Repo"), { recursive: true });
    await mkdir(at("b", "My Repo"), { recursive: true });
    await mkdir(at("日本"));
    await symlink(at("a", "My Repo"), at("link"));
    const key = await checkoutKey(at("a", "My Repo"));
    expect(key).toMatch(/^my-repo-[0-9a-f]{8}$/);
    expect(await checkoutKey(at("link"))).toBe(key);
    expect(await checkoutKey(at("b", "My Repo"))).not.toBe(key);
    expect(await checkoutKey(at("日本"))).toMatch(/^checkout-[0-9a-f]{8}$/);
  });
});

describe("checkoutIdentity (unit)", () => {
  test("clones share their root commit, worktrees also the clone", async () => {
    const root = await repository("one");
    git(folder, "clone", "-q", "one", "two");
    git(at("one"), "worktree", "add", "-q", at("tree"));
    const [one, two, tree] = await Promise.all(
      ["one", "two", "tree"].map((name) => checkoutIdentity(at(name))),
    );
    expect(one?.path).toBe(at("one"));
    expect(await one?.repository()).toEqual([root]);
    expect(await two?.repository()).toEqual([root]);
    expect(await tree?.repository()).toEqual([root]);
    expect(tree?.clone).toBe(one?.clone);
    expect(two?.clone).not.toBe(one?.clone);
  });

  test("another repository differs, also at the same place", async () => {
    await repository("one", "first");
    const before = await checkoutIdentity(at("one"));
    await rename(at("one"), at("moved"));
    expect((await checkoutIdentity(at("moved"))).clone).toBe(before.clone);
    await repository("one", "second");
    const after = await checkoutIdentity(at("one"));
    expect(after.clone).not.toBe(before.clone);
    expect(await after.repository()).not.toEqual(await (await checkoutIdentity(at("moved"))).repository());
  });

  test("all root commits, sorted, when histories were joined", async () => {
    const roots = [await repository("one", "first"), await repository("two", "second")];
    git(at("one"), "fetch", "-q", at("two"), "HEAD");
    git(at("one"), "merge", "-q", "--allow-unrelated-histories", "-m", "joined", "FETCH_HEAD");
    expect(await (await checkoutIdentity(at("one"))).repository()).toEqual(roots.sort());
  });

  test("a folder inside the repository is another project than its neighbour", async () => {
    const root = await repository("one");
    await mkdir(at("one", "apps", "a"), { recursive: true });
    await mkdir(at("one", "apps", "b"), { recursive: true });
    const [a, b] = await Promise.all([
      checkoutIdentity(at("one", "apps", "a")),
      checkoutIdentity(at("one", "apps", "b")),
    ]);
    expect(await a.repository()).toEqual([`${root}:apps/a`]);
    expect(await b.repository()).toEqual([`${root}:apps/b`]);
    expect(a.clone).not.toBe(b.clone);
  });

  test("resolves links", async () => {
    await repository("one");
    await symlink(at("one"), at("link"));
    expect(await checkoutIdentity(at("link"))).toMatchObject({ path: at("one") });
  });

  test("runs git once, and only when asked", async () => {
    await repository("one");
    let runs = 0;
    const counting: ProcessRunner = {
      run(command, options) {
        runs++;
        return processRunner.run(command, options);
      },
    };
    const identity = await checkoutIdentity(at("one"), counting);
    expect(runs).toBe(0);
    await Promise.all([identity.repository(), identity.repository()]);
    expect(runs).toBe(1);
  });

  test("does not follow a hook's GIT_DIR", async () => {
    const root = await repository("one");
    await repository("two", "second");
    process.env["GIT_DIR"] = at("two", ".git");
    try {
      expect(await (await checkoutIdentity(at("one"))).repository()).toEqual([root]);
    } finally {
      delete process.env["GIT_DIR"];
    }
  });

  test("without git, commits or whole history it is the path alone", async () => {
    await mkdir(at("plain"));
    await mkdir(at("empty"));
    git(at("empty"), "init", "-q");
    await repository("one");
    git(at("one"), "commit", "-q", "--allow-empty", "-m", "second");
    git(folder, "clone", "-q", "--depth=1", `file://${at("one")}`, "shallow");
    expect(await readFile(at("shallow", ".git", "shallow"), "utf8")).not.toBe("");
    for (const name of ["plain", "empty", "shallow"]) {
      expect(await (await checkoutIdentity(at(name))).repository()).toEqual([]);
    }
    expect((await checkoutIdentity(at("plain"))).clone).toBeUndefined();
    expect(await (await checkoutIdentity(at("one"), noGit)).repository()).toEqual([]);
  });

  test("takes a damaged .git for none", async () => {
    for (const [name, text] of [
      ["a", "nonsense"],
      ["b", `gitdir: ${at("none")}\n`],
    ] as const) {
      await mkdir(at(name));
      await writeFile(at(name, ".git"), text);
      const identity = await checkoutIdentity(at(name));
      expect([identity.clone, await identity.repository()]).toEqual([undefined, []]);
    }
  });

  test("is cancelled by the signal", async () => {
    await repository("one");
    const identity = await checkoutIdentity(at("one"));
    await expect(identity.repository(AbortSignal.abort())).rejects.toMatchObject({ code: "SYG-CANCELLED" });
  });
});
