import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { type SygaldryResult, sygaldry } from "../../support/cli.ts";
import { installedCli } from "../../support/installed-cli.ts";
import { inRepository } from "../../support/paths.ts";
import { runId } from "../../support/run-id.ts";
import { spackFixture } from "../../support/spack-fixtures.ts";
import { unpackStore } from "../../support/spack-store.ts";
import { asUser } from "../../support/users.ts";

// A project on the host: its container does not run, and its store lies in the project's storage.
describe("sygaldry spack, without Spack and without a container (integration)", () => {
  let root: string;
  let storage: string;

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
    storage = path.join(root, "storage of größe");
    const repository = path.join(root, "repository");
    await mkdir(path.join(repository, "spack"), { recursive: true });
    await writeFile(path.join(repository, "sygaldry.yaml"), "project: { id: looked-at }\n");
    for (const name of ["demo", "tiny", "failing"]) {
      await mkdir(path.join(repository, "spack", name));
      for (const file of ["spack.yaml", "spack.lock"]) {
        await cp(spackFixture(name, file), path.join(repository, "spack", name, file));
      }
    }
    await mkdir(path.join(repository, "spack/new"));
    await writeFile(
      path.join(repository, "spack/new/spack.yaml"),
      "spack:\n  specs: [zlib]\n  view: false\n",
    );
    await using store = await unpackStore("demo");
    await cp(store.folder, path.join(storage, "looked-at/spack_store"), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
    root = repository;
    await git("init", "-q", "-b", "main");
    await git("add", "-A");
    await git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "first");
  });
  afterAll(() => rm(path.dirname(root), { recursive: true, force: true }));

  const git = (...args: string[]) =>
    runChecked(processRunner, { command: "git", args: ["-C", root, ...args] });
  const spack = (...args: string[]): Promise<SygaldryResult> =>
    sygaldry(["spack", ...args], {
      cwd: root,
      env: { SYGALDRY_CONTAINER_ROOT: storage, DOCKER_HOST: "unix:///nowhere.sock", SPACK_ROOT: undefined },
    });

  it("lists the environments with what is solved and installed, and warns of a shared view", async () => {
    const listed = await spack("list");
    expect(listed.exitCode).toBe(0);
    const rows = listed.stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(rows).toContainEqual(["environment", "roots", "packages", "lock", "installed"]);
    expect(rows).toContainEqual([
      "spack/demo",
      "3",
      "12",
      "fresh by Spack's rule",
      "9 installed, 3 external",
    ]);
    expect(rows).toContainEqual(["spack/new", "-", "-", "never solved", "-"]);
    expect(listed.stderr).toContain("spack/demo, spack/tiny: share the view root /opt/spack_store/view");
  });

  it("shows an environment by its name, from anywhere", async () => {
    const shown = await spack("show", "demo");
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toMatch(
      /✓ +demo-math precision=double +demo-math 3\.1\.4 \/62ux2uf +installed +source +\d/,
    );
    expect((await spack("show", "demo", "--json")).json()).toMatchObject({
      name: "spack/demo",
      lock: { verified: 12, damaged: [] },
      store: { root: "/opt/spack_store", counts: { installed: 9, external: 3 } },
      problems: [],
    });
  });

  it("says which environments there are when none, or a wrong one, is named", async () => {
    const none = await spack("show");
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain("SYG-SPACK-ENV");
    expect(none.stderr).toContain("spack/demo, spack/failing, spack/new, spack/tiny");
    expect((await spack("show", "nowhere", "--json")).json()).toMatchObject({
      error: { code: "SYG-SPACK-ENV" },
    });
  });

  it("says that there is no lock, and what to do", async () => {
    const tree = await spack("tree", "new");
    expect(tree.exitCode).toBe(1);
    expect(tree.stderr).toContain("sygaldry spack concretize spack/new");
  });

  it("prints a tree, a graph and the reason for a package", async () => {
    const tree = await spack("tree", "demo", "--types", "link", "--depth", "1", "--root", "demo-cli");
    expect(tree.stdout.trimEnd().split("\n")).toEqual([
      "demo-cli 0.9.0 /ja2p7h4",
      "├── demo-math 3.1.4 /62ux2uf [build,link]",
      "├── gcc-runtime 12.2.0 /uetbtlo [link]",
      "└── glibc 2.36 /2dxfl3z [link; as libc; external]",
    ]);
    expect((await spack("graph", "demo", "--format", "mermaid")).stdout).toContain("flowchart TD");
    expect((await spack("why", "demo-base@1.3", "-e", "demo")).stdout).toContain(
      "demo-cli ─build,link→ demo-math ─build,link→ demo-base",
    );
    expect((await spack("why", "demo", "demo-base@1.3")).stdout).toBe(
      (await spack("why", "demo-base@1.3", "-e", "demo")).stdout,
    );
    expect((await spack("why", "demo", "demo-base", "-e", "tiny")).exitCode).toBe(2);
    const wrong = await spack("why", "demo-bass", "-e", "demo");
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain("Did you mean demo-base?");
    const broken = await spack("why", "demo-base@", "-e", "demo");
    expect(broken.exitCode).toBe(4);
    expect(broken.stderr).toContain("SYG-SPEC-SYNTAX");
  });

  it("compares a lock with git's", async () => {
    const lock = path.join(root, "spack/demo/spack.lock");
    const before = await readFile(lock);
    expect((await spack("diff", "demo")).stdout).toBe("no difference in 12 packages\n");
    try {
      await cp(spackFixture("diff/after/spack.lock"), lock);
      const diff = await spack("diff", "demo");
      expect(diff.exitCode).toBe(0);
      expect(diff.stderr).toBe("");
      expect(diff.stdout).toMatch(/^roots no longer asked for/);
      expect((await spack("diff", "HEAD:spack/demo", "spack/demo", "--json")).json()).toMatchObject({
        after: expect.stringContaining("spack/demo/spack.lock"),
      });
    } finally {
      await writeFile(lock, before);
    }
    try {
      await writeFile(lock, before.toString().replace('"0.9.0"', '"0.9.1"'));
      const changed = await spack("diff", "demo");
      expect(changed.stderr).toMatch(/spack\.lock was changed by hand or is damaged: demo-cli 0\.9\.1/);
    } finally {
      await writeFile(lock, before);
    }
    const unknown = await spack("diff", "no-such-commit:spack/demo", "spack/demo");
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain("no-such-commit");
  });

  it("tells a changed manifest, with the place", async () => {
    const file = path.join(root, "spack/demo/spack.yaml");
    const before = await readFile(file, "utf8");
    try {
      await writeFile(file, before.replace("precision=double", "precision=single"));
      const json = (await spack("show", "demo", "--json")).json();
      expect(json).toMatchObject({
        drift: {
          state: "stale",
          spackSolves: true,
          added: ["demo-math precision=single"],
          removed: ["demo-math precision=double"],
        },
      });
    } finally {
      await writeFile(file, before);
    }
  });

  it("finds damage in lock, store and view, and exits 1", async () => {
    const found = await spack("verify", "demo", "--json");
    // The archive of the store has the records alone of three packages.
    expect(found.exitCode).toBe(1);
    const { installs } = found.json() as { installs: { name: string; state: string }[] };
    expect(installs.filter(({ state }) => state === "damaged").map(({ name }) => name)).toEqual([
      "compiler-wrapper",
      "gcc-runtime",
      "python-venv",
    ]);
    expect(installs.filter(({ state }) => state === "intact")).toHaveLength(6);
  });

  it("does not call sound what it could not examine", async () => {
    const folder = path.join(storage, "looked-at/spack_store/linux-x86_64_v4");
    const names = (await readdir(folder)).filter((name) => !/^demo-(?:base|gen)/.test(name));
    const aside = path.join(storage, "aside");
    await mkdir(aside);
    try {
      for (const name of names) {
        await rename(path.join(folder, name), path.join(aside, name));
        await writeFile(path.join(folder, name), "");
      }
      const verified = await spack("verify", "demo");
      expect(verified.exitCode).toBe(1);
      expect(verified.stdout).toMatch(/not all examined: demo-math 3\.1\.4/);
      expect(verified.stdout).toMatch(/\nnot known to be sound\n$/);
    } finally {
      for (const name of names) {
        await rm(path.join(folder, name), { force: true });
        await rename(path.join(aside, name), path.join(folder, name));
      }
    }
  });

  it("plans an install without a cache, a container or Spack", async () => {
    const planned = await spack("plan", "failing");
    expect(planned.exitCode).toBe(0);
    expect(planned.stdout).toMatch(/demo-fail 0\.1 \/\w{7} +from source/);
    expect((await spack("plan", "demo", "--json")).json()).toMatchObject({
      counts: { source: 0, cache: 0 },
      caches: [{ name: "sygaldry", url: "file:///opt/bazel_cache/spack_buildcache" }],
    });
  });

  it("stops with the file's name at a lock that is none", async () => {
    const lock = path.join(root, "spack/tiny/spack.lock");
    const before = await readFile(lock, "utf8");
    try {
      await writeFile(lock, before.slice(0, 1000));
      const listed = await spack("list");
      expect(listed.stdout).toMatch(/spack\/tiny +- +- +unreadable/);
      expect(listed.stderr).toMatch(/^error\[SYG-SPACK-LOCK\]: .*it ends in the middle\nnext: /m);
      const tree = await spack("tree", "tiny");
      expect(tree.exitCode).toBe(1);
      expect(tree.stderr).toContain("it ends in the middle");
      expect((await spack("show", "tiny")).exitCode).toBe(1);
    } finally {
      await writeFile(lock, before);
    }
  });

  it("tells a manifest that cannot be read from a lock that cannot", async () => {
    const file = path.join(root, "spack/tiny/spack.yaml");
    const before = await readFile(file, "utf8");
    try {
      await writeFile(file, "spack: [\n");
      const shown = await spack("show", "tiny");
      expect(shown.exitCode).toBe(1);
      expect(shown.stdout).toMatch(/^lock +invalid manifest; 7 packages, 7 verified/m);
      expect(shown.stderr).toMatch(/^error\[SYG-SPACK-MANIFEST\]: .*spack\.yaml:\d+:\d+: malformed YAML/);
    } finally {
      await writeFile(file, before);
    }
  });

  it("shows the first of thousands of reasons", async () => {
    const file = path.join(root, "spack/tiny/spack.yaml");
    const before = await readFile(file, "utf8");
    try {
      const specs = Array.from({ length: 500 }, (_, index) => `    - package${index}\n`);
      await writeFile(file, `spack:\n  specs:\n${specs.join("")}`);
      const { stdout } = await spack("show", "tiny");
      expect(stdout.split("\n").length).toBeLessThan(50);
      expect(stdout).toMatch(/… and 47\d further reasons/);
    } finally {
      await writeFile(file, before);
    }
  });

  it("makes an environment where it was asked to, and says why it cannot", async () => {
    const place = path.join(root, "a place");
    await mkdir(place);
    try {
      const made = await sygaldry(["spack", "create", ".", "--local"], { cwd: place });
      expect(made.stdout).toBe(`${path.join(place, "spack.yaml")}\nnext: sygaldry spack concretize .\n`);
      const below = await sygaldry(["spack", "create", "a place/below", "--local"], { cwd: root });
      expect(below.stdout).toMatch(/next: sygaldry spack concretize 'a place\/below'\n$/);
      const refused = await spack("create", "./a place/spack.yaml/deeper");
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toMatch(/^error\[SYG-FILE\]: .*cannot be made an environment/);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it("takes what follows -- for Spack's, without an environment before it", async () => {
    const cwd = path.join(root, "spack/tiny");
    const installed = await sygaldry(["spack", "install", "--local", "--", "--overwrite"], {
      ...{ cwd, env: { SPACK_ROOT: "/nowhere" } },
    });
    expect(installed.stderr).toContain("error[SYG-TOOL-MISSING]: /nowhere/bin/spack");
  });

  it.skipIf(process.getuid?.() !== 0)("works for a user without an account or a home", async () => {
    await chmod(path.dirname(root), 0o755);
    for (const name of ["show", "plan"]) {
      const words = [process.execPath, installedCli(), "spack", name, "tiny", "--local"];
      const command = { command: "env", args: ["-u", "HOME", "-u", "SPACK_ROOT", ...words], cwd: root };
      const { stderr } = await processRunner.run(
        asUser({ uid: 54_321, gid: 54_321, groups: [] }, "/", command),
      );
      expect(stderr).not.toContain("SYG-UNEXPECTED");
      expect(stderr).toBe("");
    }
  });

  it("says that its folder is gone, or that its output cannot be written", async () => {
    const script = (line: string) =>
      processRunner.run({
        command: "sh",
        args: ["-c", line, "sh", process.execPath, inRepository("dist/cli.cjs"), root],
      });
    const gone = await script('mkdir "$3/gone"; cd "$3/gone"; rmdir "$3/gone"; exec "$1" "$2" spack list');
    expect(gone.exitCode).toBe(1);
    expect(gone.stderr).toContain("error[SYG-FILE]: the working directory does not exist any more");
    if (!existsSync("/dev/full")) return;
    const full = await script('cd "$3"; exec "$1" "$2" spack tree demo > /dev/full');
    expect(full.exitCode).toBe(1);
    expect(full.stderr).toMatch(/^error\[SYG-FILE\]: the output cannot be written: ENOSPC.*\n$/);
  });

  it("says what only documented fields hold", async () => {
    const documented = await readFile(inRepository("docs/reference/json-output.md"), "utf8");
    const words = new Set(documented.match(/[A-Za-z]+/g));
    for (const args of [
      ["list"],
      ["show", "demo"],
      ["tree", "demo"],
      ["why", "demo-base", "-e", "demo"],
      ["diff", "demo"],
      ["graph", "demo"],
      ["verify", "demo"],
      ["plan", "failing"],
    ]) {
      const result = (await spack(...args, "--json")).json();
      expect(Object.keys(result as object).filter((key) => !words.has(key))).toEqual([]);
    }
  });
});
