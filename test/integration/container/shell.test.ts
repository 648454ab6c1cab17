import { mkdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { callsIn, type Outcome, recorder, repository, run, temporaryFolder, writeTree } from "./support.ts";

const shellSetup = path.join(repository, "container/runtime/shell/sygaldry.sh");

/** As Spack's own: defines a function that changes this shell, and exports it. */
const setupEnv = `
echo sourced >>"$CALLS"
spack() {
  printf 'spack' >>"$CALLS"; printf ' <%s>' "$@" >>"$CALLS"; echo >>"$CALLS"
  case "$1 $2" in "env activate") [ "$4" != "$FAIL" ] && export SPACK_ENV=\${4:-$3} ;; esac
}
export -f spack
false
`;

interface Stage {
  readonly root: string;
  /** Runs a script in bash after the set-up was sourced. */
  readonly bash: (
    script: string,
    options?: { readonly cwd?: string; readonly env?: Record<string, string> },
  ) => Promise<Outcome>;
  readonly calls: () => Promise<string[]>;
}

async function stage(files: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const root = await temporaryFolder();
  await mkdir(path.join(root, "workspace"));
  await writeTree(root, {
    "spack/share/spack/setup-env.sh": setupEnv,
    "spack/bin/spack": recorder(),
    ...files,
  });
  const log = path.join(root, "calls");
  const environment = {
    ...{ PATH: "/usr/bin:/bin", HOME: root, CALLS: log, FAIL: "none" },
    ...{
      SPACK_ROOT: `${root}/spack`,
      SYGALDRY_WORKSPACE: `${root}/workspace`,
      SYGALDRY_ENTRYPOINTS: `${root}/entrypoints`,
    },
  };
  return {
    root,
    bash: (script, { cwd = root, env = {} } = {}) =>
      run("/bin/bash", ["--noprofile", "--norc", "-c", `. ${shellSetup}\n${script}`], {
        cwd,
        env: { ...environment, ...env },
      }),
    calls: async () => (await callsIn(log)).map((line) => line.replaceAll(root, "R")),
  };
}

describe("sygaldry.sh (integration)", () => {
  it("starts no process and loads nothing", async () => {
    const { bash, calls } = await stage();
    expect(await bash("type -t spack", { env: { PATH: "" } })).toEqual({
      code: 0,
      stdout: "function\n",
      stderr: "",
    });
    expect(await calls()).toEqual([]);
  });

  it("loads Spack at its first call, once", async () => {
    const { bash, calls } = await stage();
    const outcome = await bash("spack find 'a b'; spack --version; bash -c 'spack arch'");
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await calls()).toEqual(["sourced", "spack <find> <a b>", "spack <--version>", "spack <arch>"]);
  });

  it("keeps the function of a Spack that is loaded", async () => {
    const { bash, calls } = await stage();
    await bash(`spack one; bash -c '. ${shellSetup}; spack two'`);
    expect(await calls()).toEqual(["sourced", "spack <one>", "spack <two>"]);
  });

  it("says that there is no Spack", async () => {
    const { bash } = await stage();
    const outcome = await bash("spack find", { env: { SPACK_ROOT: "/nowhere" } });
    expect(outcome.code).toBe(127);
    expect(outcome.stderr).toContain("there is no Spack at /nowhere: set tools.spack in sygaldry.yaml");
  });

  it("may be sourced again, with strict shell options, and by a POSIX shell", async () => {
    const { bash } = await stage();
    const again = await bash(`PATH=/mine; . ${shellSetup}; echo "$PATH"`);
    expect(again.stdout).toBe("/mine\n");
    const strict = await run(
      "bash",
      ["--norc", "-euo", "pipefail", "-c", `. ${shellSetup}; . ${shellSetup}; echo fine`],
      {
        env: { PATH: "/usr/bin:/bin" },
      },
    );
    expect(strict).toEqual({ code: 0, stdout: "fine\n", stderr: "" });
    const posix = await run("sh", ["-euc", `. ${shellSetup}; echo fine`], { env: { PATH: "/usr/bin:/bin" } });
    expect(posix).toEqual({ code: 0, stdout: "fine\n", stderr: "" });
  });

  it("gives PATH back what a login shell dropped", async () => {
    const { bash } = await stage();
    const { stdout } = await bash('echo "$PATH"', { env: { SYGALDRY_PATH: "/opt/a b/bin:/usr/bin:/opt/*" } });
    expect(stdout).toBe("/opt/a b/bin:/opt/*:/usr/bin:/bin\n");
  });

  it("calls the entrypoints", async () => {
    const { bash, calls } = await stage(
      Object.fromEntries(
        ["spack-install", "uv-install", "hf-download", "run-job", "verify-gpu"].map((name) => [
          `entrypoints/${name}.sh`,
          recorder("exit 5"),
        ]),
      ),
    );
    const outcome = await bash(
      "for f in spack-install uv-install hf-download run-job verify-gpu; do $f 'a b' ''; done",
    );
    expect(outcome.code).toBe(5);
    expect(await calls()).toEqual(
      ["spack-install", "uv-install", "hf-download", "run-job", "verify-gpu"].map(
        (name) => `${name}.sh <a b> <>`,
      ),
    );
  });
});

describe("spack-env-activate (integration)", () => {
  const files = {
    "workspace/spack/tools/spack.yaml": "",
    "workspace/sim/spack.yaml": "",
    "workspace/sim/src/deep/x": "",
  };

  it.each([
    { from: "workspace/sim/src/deep", args: "", activates: "<-d> <R/workspace/sim>" },
    { from: "workspace", args: "", activates: "<-d> <R/workspace/spack/tools>" },
    { from: ".", args: "", activates: "<-d> <R/workspace/spack/tools>" },
    { from: "workspace", args: "sim", activates: "<-d> <sim>" },
    { from: "workspace/sim", args: ".", activates: "<-d> <.>" },
    { from: "workspace", args: "named", activates: "<named>" },
  ])("activates $activates from $from with '$args'", async ({ from, args, activates }) => {
    const { bash, calls, root } = await stage(files);
    expect(await bash(`spack-env-activate ${args}`, { cwd: path.join(root, from) })).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect((await calls()).at(-1)).toBe(`spack <env> <activate> ${activates}`);
  });

  it("takes the code that the command computes, where there is a lock", async () => {
    const { bash, calls, root } = await stage({
      ...files,
      "workspace/sim/spack.lock": "{}",
      "bin/sygaldry": recorder("printf 'export SPACK_ENV=%s;\\n' \"computed\""),
    });
    const env = { PATH: `${root}/bin:/usr/bin:/bin` };
    const inSim = { cwd: path.join(root, "workspace/sim"), env };
    expect((await bash("spack-env-activate; echo $SPACK_ENV", inSim)).stdout).toBe("computed\n");
    expect(await calls()).toEqual(["sygaldry <spack> <activate> <--exact> <needed> <--> <R/workspace/sim>"]);
    const { stdout } = await bash("spack-env-activate spack/tools; echo $SPACK_ENV", {
      ...{ cwd: path.join(root, "workspace"), env },
    });
    expect(stdout).toBe("spack/tools\n");
    expect((await calls()).at(-1)).toBe("spack <env> <activate> <-d> <spack/tools>");
  });

  it("asks Spack where the command fails", async () => {
    const { bash, calls, root } = await stage({
      ...files,
      "workspace/sim/spack.lock": "{}",
      "bin/sygaldry": recorder("echo export WRONG=1; echo sorry >&2; exit 1"),
    });
    const env = { PATH: `${root}/bin:/usr/bin:/bin` };
    const outcome = await bash('spack-env-activate workspace/sim; echo "$SPACK_ENV${WRONG-}"', { env });
    expect(outcome).toMatchObject({ stdout: "workspace/sim\n", stderr: "" });
    expect((await calls()).at(-1)).toBe("spack <env> <activate> <-d> <workspace/sim>");
  });

  it("activates in this shell, then configures uv", async () => {
    const { bash, root } = await stage(files);
    const script = "configure_uv_spack() { echo uv for $SPACK_ENV; }; spack-env-activate; echo $SPACK_ENV";
    const { stdout } = await bash(script, { cwd: path.join(root, "workspace/sim") });
    expect(stdout.replaceAll(root, "R")).toBe("uv for R/workspace/sim\nR/workspace/sim\n");
  });

  it("fails as Spack does, and leaves uv alone", async () => {
    const { bash } = await stage(files);
    const script = "configure_uv_spack() { echo reached; }; spack-env-activate workspace/sim; echo $?";
    expect((await bash(script, { env: { FAIL: "workspace/sim" } })).stdout).toBe("1\n");
  });

  it("gives uv the settings for the environment, and takes them back without one", async () => {
    const { bash, calls, root } = await stage({
      ...files,
      "bin/uv": recorder(),
      "bin/sygaldry": recorder(
        'case $2 in env) [ -n "$SPACK_ENV" ] && echo "export SYGALDRY_UV=UV_X UV_X=1;" || echo "unset UV_X SYGALDRY_UV;" ;; *) exit 1 ;; esac',
      ),
    });
    const env = { PATH: `${root}/bin:/usr/bin:/bin` };
    const script =
      'configure_uv_spack; spack-env-activate workspace/sim; echo "$UV_X"; unset SPACK_ENV; configure_uv_spack; echo "${UV_X-none}"';
    expect(await bash(script, { env })).toMatchObject({ code: 0, stdout: "1\nnone\n", stderr: "" });
    expect((await calls()).filter((call) => call.includes("<env>"))).toEqual([
      ...[
        "spack <env> <activate> <-d> <workspace/sim>",
        "sygaldry <python> <env>",
        "sygaldry <python> <env>",
      ],
    ]);
  });

  it("says that there is no environment", async () => {
    const { bash } = await stage();
    const none = await bash("spack-env-activate");
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/^sygaldry: error: no spack\.yaml in /);
    expect((await bash("spack-env-activate ./nothing")).stderr).toContain("./nothing holds no spack.yaml");
  });
});

describe("an interactive shell (integration)", () => {
  /** The prompt that bash shows after reading `rc`, with the set-up sourced first, as /etc/bash.bashrc does. */
  async function promptOf(rc: string, env: Readonly<Record<string, string>>): Promise<string> {
    const root = await temporaryFolder();
    await writeTree(root, {
      rc: `PS1='\${debian_chroot:+($debian_chroot)}\\u\\$ '\n. ${shellSetup}\n${rc}\n`,
    });
    const { stdout } = await run(
      "bash",
      ["--noprofile", "--rcfile", `${root}/rc`, "-ic", 'echo "${PS1@P}"'],
      {
        env: { PATH: "/usr/bin:/bin", HOME: root, ...env },
      },
    );
    return stdout.trim().replace(/^(.*?)\w+[#$]$/, "$1");
  }

  it("shows the project id", async () => {
    expect(await promptOf("", { SYGALDRY_PROJECT_ID: "demo" })).toBe("(demo)");
    expect(await promptOf("", {})).toBe("");
  });

  it("shows what the user wants instead", async () => {
    expect(await promptOf("", { SYGALDRY_PROJECT_ID: "demo", SYGALDRY_PROMPT: "here" })).toBe("(here)");
    expect(await promptOf("", { SYGALDRY_PROJECT_ID: "demo", SYGALDRY_PROMPT: "" })).toBe("");
    expect(await promptOf("PS1='mine> '", { SYGALDRY_PROJECT_ID: "demo" })).toBe("mine>");
    expect(await promptOf("", { SYGALDRY_PROJECT_ID: "$(echo run)" })).toBe("($(echo run))");
  });
});
