import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { docker, removeOwn } from "../../support/docker.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject } from "../../support/slim-project.ts";
import { packageVersion } from "../../support/version.ts";

requires(
  "linux",
  "root",
  "docker",
  "debootstrap",
)("the example for places without internet (integration)", () => {
  let project: SlimProject;
  let container = "";

  beforeAll(async () => {
    const example = await readFile(inRepository("examples/restricted-network/sygaldry.yaml"), "utf8");
    // Its storage, image and container are this test's own; mirrors and index are those that this user has configured.
    project = await createSlimProject({ config: {}, env: { HOME: homedir() } });
    const { projectId } = project.workspace;
    await project.workspace.write({ "sygaldry.yaml": example.replace("restricted-network", projectId) });
    ({ containerId: container } = await project.up());
  });

  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    removeOwn();
  });

  it.each([
    ["python3 --version", /^Python 3\.11\./],
    ["python -c 'import venv, sys; print(sys.prefix)'", /^\/usr$/],
    ["rustc --version", /^rustc 1\.63\./],
    ["cargo --version", /^cargo /],
    ["go version", /^go version go1\.19/],
    // Debian's Bazel does not know its own version.
    ["bazel --version; dpkg-query -W -f '${Version}' bazel-bootstrap", /^bazel .*\n4\.2\.3/],
    ["node --version", /^v18\./],
    ["uv --version", /^uv \d/],
    ["sygaldry --version", new RegExp(`^${packageVersion.replaceAll(".", "\\.")}$`)],
    ["git --version", /^git version/],
  ])("has %s", async (command, says) => {
    expect(await project.inside(command)).toMatch(says);
  });

  it("compiles and runs C++, Rust and Go", async () => {
    const script = `cd "$(mktemp -d)"
      printf '#include <iostream>\\nint main() { std::cout << "C++\\\\n"; }\\n' >a.cc; c++ a.cc -o a; ./a
      printf 'fn main() { println!("Rust"); }\\n' >b.rs; rustc b.rs -o b; ./b
      printf 'package main\\nfunc main() { print("Go\\\\n") }\\n' >c.go; go run c.go 2>&1`;
    expect(await project.inside(script)).toBe("C++\nRust\nGo");
  });

  it("builds with Bazel, in the checkout's own output root and with the shared cache", async () => {
    const { workspace, inside } = project;
    await workspace.write({
      WORKSPACE: "",
      BUILD: 'genrule(name = "x", outs = ["x.txt"], cmd = "echo built > $@")\n',
    });
    const build = "bazel build //:x 2>/tmp/log || { cat /tmp/log; exit 1; }";
    const script = `${build}; cat bazel-bin/x.txt; bazel info output_base 2>/dev/null; ls /opt/bazel_cache/disk; bazel shutdown`;
    expect(await inside(script)).toMatch(/^built\n\/opt\/bazel_output\/\w+\nac\ncas$/);
  });

  it("installs a package from the Python index, through whatever stands before it", async () => {
    const script = `cd "$(mktemp -d)"; uv venv --quiet . && uv pip install --quiet --python . iniconfig
      bin/python -c 'import iniconfig; print(iniconfig.IniConfig.__name__)'; ls /opt/bazel_cache/uv | wc -l`;
    expect(await project.inside(script)).toMatch(/^IniConfig\n[1-9]/);
  });

  it("has its tools on PATH in login shells, interactive shells and plain commands", async () => {
    const places = "for tool in uv python3 bazel sygaldry; do command -v $tool; done";
    const expected = "/opt/tools/uv/bin/uv\n/usr/bin/python3\n/usr/bin/bazel\n/usr/local/bin/sygaldry\n";
    const exec = (...argv: readonly string[]) => docker(["exec", "-u", "kvothe", container, ...argv]);
    expect((await exec("sh", "-c", places)).stdout).toBe(expected);
    expect((await exec("bash", "-c", places)).stdout).toBe(expected);
    expect((await exec("bash", "-lc", places)).stdout).toBe(expected);
    expect((await exec("bash", "-ic", places)).stdout).toBe(expected);
  });

  it("has its tools and variables in shells that start without an environment", async () => {
    const places = 'command -v uv; command -v sygaldry; echo "$LANG $UV_CACHE_DIR"';
    const expected = "/opt/tools/uv/bin/uv\n/usr/local/bin/sygaldry\nC.UTF-8 /opt/bazel_cache/uv\n";
    const exec = (...argv: readonly string[]) => docker(["exec", "-u", "kvothe", container, ...argv]);
    for (const shell of ["bash -l", "sh -l", "bash -i"]) {
      const { stdout } = await exec("env", "-i", ...shell.split(" "), "-c", places);
      expect(stdout, shell).toBe(expected);
    }
    expect((await exec("sudo", "-iu", "kvothe", "bash", "-lc", places)).stdout).toBe(expected);
    expect((await docker(["exec", container, "su", "-", "kvothe", "-c", places])).stdout).toBe(expected);
    const own = ["-e", "LANG=C", "-e", "UV_CACHE_DIR=/tmp/uv", "-u", "kvothe"];
    const kept = await docker(["exec", ...own, container, "bash", "-lc", 'echo "$LANG $UV_CACHE_DIR"']);
    expect(kept.stdout).toBe("C /tmp/uv\n");
  });

  it("has Sygaldry's shell functions, and starts a shell quickly", async () => {
    const declared = "bash -ic 'declare -F spack-env-activate spack-install uv-install hf-download'";
    expect(await project.inside(declared)).toBe("spack-env-activate\nspack-install\nuv-install\nhf-download");
    const timed = `bash -c 'TIMEFORMAT=%R; time for i in 1 2 3 4 5; do bash -ic true; done' 2>&1 | tail -n 1`;
    const seconds = Number(await project.inside(timed)) / 5;
    expect(seconds).toBeGreaterThan(0);
    process.stderr.write(`a new interactive shell starts in ${Math.round(seconds * 1000)} ms\n`);
  });

  it("says that there is no Spack, and what to do", async () => {
    const { stderr, exitCode } = await project.run(["exec", "--", "bash", "-ic", "spack find"]);
    expect(exitCode).toBe(127);
    expect(stderr).toContain("set tools.spack in sygaldry.yaml");
  });
});
