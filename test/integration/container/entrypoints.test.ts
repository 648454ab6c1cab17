import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { callsIn, type Outcome, recorder, repository, run, temporaryFolder, writeTree } from "./support.ts";

const entrypoints = path.join(repository, "container/entrypoints");
const names = [
  "default",
  "spack-install",
  "spack-build",
  "uv-install",
  "hf-download",
  "run-job",
  "verify-gpu",
];

interface Stage {
  readonly workspace: string;
  /** Runs an entrypoint in the workspace with only the stage's programs and the system's in PATH. */
  readonly start: (
    name: string,
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Outcome>;
  readonly calls: () => Promise<string[]>;
}

/** A workspace and a bin folder of stand-in programs; <W> in calls stands for the workspace. */
async function stage(files: Readonly<Record<string, string>>): Promise<Stage> {
  const root = await temporaryFolder();
  const workspace = path.join(root, "workspace");
  await mkdir(workspace);
  await writeTree(root, files);
  const log = path.join(root, "calls");
  const environment = {
    ...{ HOME: root, CALLS: log, SYGALDRY_WORKSPACE: workspace, SPACK_ROOT: path.join(root, "none") },
    PATH: `${path.join(root, "bin")}:/usr/local/bin:/usr/bin:/bin`,
  };
  return {
    workspace,
    start: (name, args = [], env = {}) =>
      run(path.join(entrypoints, `${name}.sh`), args, { cwd: workspace, env: { ...environment, ...env } }),
    calls: async () => (await callsIn(log)).map((line) => line.replaceAll(workspace, "W")),
  };
}

describe("entrypoints (integration)", () => {
  it.each(names)("%s explains itself", async (name) => {
    const { start } = await stage({});
    const outcome = await start(name, ["--help"]);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toContain(`usage: ${name}.sh`);
  });

  it("name a missing workspace", async () => {
    const { start } = await stage({});
    const outcome = await start("uv-install", [], { SYGALDRY_WORKSPACE: "/nowhere/at all" });
    expect(outcome.code).toBe(4);
    expect(outcome.stderr).toMatch(
      /^sygaldry: error: uv-install.sh:\d+ \(main\): no directory \/nowhere\/at all|/,
    );
    expect(outcome.stderr).toContain("no directory /nowhere/at all");
  });
});

describe("default.sh (integration)", () => {
  it("runs the command as it is given", async () => {
    const { start } = await stage({});
    const words = ["a b", "", "*", "$(id)", "`id`", "'", '"', "-n", "\n", "#", "é"];
    const { stdout } = await start("default", ["printf", "[%s]", ...words]);
    expect(stdout).toBe(words.map((word) => `[${word}]`).join(""));
  });

  it("passes the exit code on, and an optional -- by", async () => {
    const { start } = await stage({});
    expect(await start("default", ["--", "sh", "-c", "exit 7"])).toEqual({ code: 7, stdout: "", stderr: "" });
    const missing = await start("default", ["no-such-command"]);
    expect(missing.code).toBe(127);
    expect(missing.stderr).toContain("no-such-command: not found");
  });

  it("is a login shell without a command", async () => {
    const { calls, workspace } = await stage({ "bin/bash": recorder() });
    const root = path.dirname(workspace);
    const env = { PATH: `${root}/bin:/usr/bin:/bin`, CALLS: `${root}/calls` };
    expect((await run("/bin/bash", [path.join(entrypoints, "default.sh")], { env })).code).toBe(0);
    expect(await calls()).toEqual(["bash <--login>"]);
  });
});

describe("spack-install.sh and spack-build.sh (integration)", () => {
  const spack = recorder('case "$*" in *fail*) exit 9 ;; esac');

  it("solves only what has no lock", async () => {
    const { start, calls } = await stage({
      "bin/spack": spack,
      "workspace/a/spack.yaml": "",
      "workspace/b c/spack.yaml": "",
      "workspace/b c/spack.lock": "",
    });
    expect((await start("spack-install", ["a", "b c", "--", "--fail-fast", "-j", "2"], {})).code).toBe(1);
    expect((await start("spack-install", ["a", "b c", "--", "-j", "2"])).code).toBe(0);
    expect((await calls()).slice(2)).toEqual([
      "spack <-e> <W/a> <concretize>",
      "spack <-e> <W/a> <install> <-j> <2>",
      "spack <-e> <W/b c> <install> <-j> <2>",
    ]);
  });

  it("solves anew when asked", async () => {
    const { start, calls } = await stage({
      "bin/spack": spack,
      "workspace/spack.yaml": "",
      "workspace/spack.lock": "",
    });
    await start("spack-install", ["--fresh"]);
    expect(await calls()).toEqual([
      "spack <-e> <W> <concretize> <--force> <--fresh>",
      "spack <-e> <W> <install>",
    ]);
  });

  it("takes the nearest spack.yaml upwards, else the workspace's tools", async () => {
    const { start, calls, workspace } = await stage({
      "bin/spack": spack,
      "workspace/spack/tools/spack.yaml": "",
      "workspace/spack/tools/spack.lock": "",
      "workspace/sim/spack.yaml": "",
      "workspace/sim/spack.lock": "",
      "workspace/sim/src/deep/x": "",
    });
    await start("spack-install");
    await run("sh", ["-c", `cd sim/src/deep && exec ${path.join(entrypoints, "spack-install.sh")}`], {
      cwd: workspace,
      env: {
        SYGALDRY_WORKSPACE: workspace,
        PATH: `${path.dirname(workspace)}/bin:/usr/bin:/bin`,
        CALLS: `${path.dirname(workspace)}/calls`,
      },
    });
    expect(await calls()).toEqual(["spack <-e> <W/spack/tools> <install>", "spack <-e> <W/sim> <install>"]);
  });

  it("names the script, line and function of a failure", async () => {
    const { start } = await stage({
      "bin/spack": "#!/bin/sh\nexit 9\n",
      "workspace/spack.yaml": "",
      "workspace/spack.lock": "",
    });
    const outcome = await start("spack-install");
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(
      /^sygaldry: error: spack-install\.sh:\d+ \(install_env\): exit status 9 from: spack -e "\$1" .*install /m,
    );
  });

  it("finds Spack at SPACK_ROOT, and says how to get it", async () => {
    const { start, calls, workspace } = await stage({
      "spack/bin/spack": spack,
      "workspace/spack.yaml": "",
      "workspace/spack.lock": "",
    });
    const root = path.join(path.dirname(workspace), "spack");
    expect((await start("spack-install", [], { SPACK_ROOT: root })).code).toBe(0);
    expect(await calls()).toEqual(["spack <-e> <W> <install>"]);
    const missing = await start("spack-install");
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("set tools.spack in sygaldry.yaml");
  });

  it.each([
    { args: ["nowhere"], code: 4, says: "no nowhere/spack.yaml" },
    { args: [], code: 4, says: "spack/tools/spack.yaml" },
    { args: ["--jobs=2"], code: 2, says: "unknown option --jobs=2" },
  ])("refuses $args", async ({ args, code, says }) => {
    const { start } = await stage({ "bin/spack": spack });
    const outcome = await start("spack-install", args);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(says);
  });

  it("builds from source and fills the build cache", async () => {
    const { start, calls, workspace } = await stage({ "bin/spack": spack, "workspace/spack.yaml": "" });
    const cache = path.join(workspace, "out/cache");
    expect((await start("spack-build", ["--", "-j", "2"], { SYGALDRY_SPACK_BUILDCACHE: cache })).code).toBe(
      0,
    );
    const named = "<-c> <mirrors:sygaldry:url:'W/out/cache'> <-c> <mirrors:sygaldry:signed:false>";
    expect(await calls()).toEqual([
      "spack <-e> <W> <concretize>",
      "spack <-e> <W> <install> <--no-cache> <-j> <2>",
      `spack <-e> <W> ${named} <buildcache> <push> <--unsigned> <--update-index> <sygaldry>`,
    ]);
    const url = "oci://me:s3cret@host/cache";
    const outcome = await start("spack-build", [], { SYGALDRY_SPACK_BUILDCACHE: url });
    expect((await calls()).at(-1)).toContain(`<mirrors:sygaldry:url:'${url}'>`);
    expect(outcome.stderr).toContain("oci://host/cache");
    expect(outcome.stderr).not.toContain("s3cret");
  });

  it("leaves a registry's password in its variable", async () => {
    const { start, calls } = await stage({ "bin/spack": spack, "workspace/spack.yaml": "" });
    await start("spack-build", [], {
      ...{ SYGALDRY_SPACK_BUILDCACHE: "oci://host/cache", SYGALDRY_SPACK_BUILDCACHE_USER: "me" },
      SYGALDRY_SPACK_BUILDCACHE_PASSWORD: "s3cret",
    });
    const push = (await calls()).at(-1);
    expect(push).toContain("<mirrors:sygaldry:access_pair:id_variable:SYGALDRY_SPACK_BUILDCACHE_USER>");
    expect(push).toContain(
      "<mirrors:sygaldry:access_pair:secret_variable:SYGALDRY_SPACK_BUILDCACHE_PASSWORD>",
    );
    expect(push).not.toContain("s3cret");
  });

  it("installs from the build cache once there is something in it", async () => {
    const { start, calls, workspace } = await stage({
      "bin/spack": spack,
      "workspace/spack.yaml": "",
      "workspace/spack.lock": "",
      "workspace/cache/v3/layout.json": "{}",
    });
    const cache = path.join(workspace, "cache");
    const url = "oci://host/cache";
    for (const at of [cache, path.join(workspace, "none"), url]) {
      await start("spack-install", [], { SYGALDRY_SPACK_BUILDCACHE: at });
    }
    const named = (at: string) => `<-c> <mirrors:sygaldry:url:'${at}'> <-c> <mirrors:sygaldry:signed:false> `;
    expect(await calls()).toEqual([
      `spack <-e> <W> ${named("W/cache")}<install>`,
      "spack <-e> <W> <install>",
      `spack <-e> <W> ${named(url)}<install>`,
    ]);
  });

  it("refuses a build cache that Spack's configuration cannot name", async () => {
    const { start } = await stage({ "bin/spack": spack, "workspace/spack.yaml": "" });
    const outcome = await start("spack-build", [], { SYGALDRY_SPACK_BUILDCACHE: "oci://host/it's" });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("holds a quote or a blank");
  });
});

describe("uv-install.sh (integration)", () => {
  it("syncs a project, in CI exactly as locked", async () => {
    const { start, calls } = await stage({
      "bin/uv": recorder(),
      "workspace/pyproject.toml": "",
      "workspace/uv.lock": "",
      "workspace/requirements.txt": "",
    });
    await start("uv-install", ["--extra", "a b"]);
    await start("uv-install", ["--no-dev"], { CI: "true" });
    expect(await calls()).toEqual(["uv <sync> <--extra> <a b>", "uv <sync> <--locked> <--no-dev>"]);
  });

  it("is Sygaldry's sync where that is, and its settings for requirements", async () => {
    const synced = await stage({
      ...{ "bin/uv": recorder(), "bin/sygaldry": recorder(), "workspace/pyproject.toml": "" },
    });
    await synced.start("uv-install", ["--extra", "a b"]);
    expect(await synced.calls()).toEqual(["sygaldry <python> <sync> <--> <--extra> <a b>"]);
    const listed = await stage({
      "bin/uv": recorder(
        'echo "$UV_X" >>"$CALLS"; case $1 in venv) mkdir -p "$2/bin" && : >"$2/bin/python" ;; esac',
      ),
      "bin/sygaldry": recorder("echo 'export UV_X=1;'"),
      "workspace/requirements.txt": "",
    });
    await listed.start("uv-install");
    const calls = await listed.calls();
    expect(calls[0]).toBe("sygaldry <python> <env> <--nearest>");
    expect(calls.filter((call) => call === "1")).toHaveLength(2);
  });

  it("installs all requirements files into one environment", async () => {
    const { start, calls } = await stage({
      "bin/uv": recorder('case $1 in venv) mkdir -p "$2/bin" && : >"$2/bin/python" ;; esac'),
      "workspace/requirements.txt": "",
      "workspace/requirements-dev.txt": "",
    });
    await start("uv-install");
    await start("uv-install", ["--upgrade"]);
    const install =
      "uv <pip> <install> <--python> <.venv/bin/python> <-r> <requirements-dev.txt> <-r> <requirements.txt>";
    expect(await calls()).toEqual(["uv <venv> <.venv>", install, `${install} <--upgrade>`]);
  });

  it("says what is missing", async () => {
    const nothing = await (await stage({ "bin/uv": recorder() })).start("uv-install");
    expect(nothing.code).toBe(4);
    expect(nothing.stderr).toContain("neither pyproject.toml nor requirements*.txt in ");
    const noUv = await stage({ "workspace/pyproject.toml": "" });
    const outcome = await noUv.start("uv-install", [], { PATH: await systemPath() });
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain("set tools.uv in sygaldry.yaml");
  });
});

describe("hf-download.sh (integration)", () => {
  const client = (body = "") =>
    recorder(`printf '%s %s %s\\n' "$HF_HOME" "\${HF_TOKEN-none}" "\${HF_ENDPOINT-none}" >>"$CALLS.env"
case $1 in version) echo "version: \${FAKE_VERSION:-2.4.0}"; exit ;; esac
${body}
mkdir -p "$HF_HOME/snap shot"
echo "some news"
echo "$HF_HOME/snap shot"`);

  it("prints the snapshot last, and hands the token over in the environment only", async () => {
    const { start, calls, workspace } = await stage({ "bin/hf": client() });
    const root = path.dirname(workspace);
    const env = { HF_HOME: `${root}/hf`, HF_TOKEN: "hf_s3cret", HF_ENDPOINT: "http://hub.example" };
    const outcome = await start("hf-download", ["model", "org/na-me.v1", "--revision", "v 1"], env);
    expect(outcome).toMatchObject({ code: 0, stdout: `${root}/hf/snap shot\n` });
    expect(outcome.stderr).not.toContain("hf_s3cret");
    expect(await calls()).toEqual([
      "hf <download> <org/na-me.v1> <--repo-type> <model> <--quiet> <--revision> <v 1>",
    ]);
    expect(await readFile(`${root}/calls.env`, "utf8")).toBe(`${root}/hf hf_s3cret http://hub.example\n`);
  });

  it("reads the token from the secret file", async () => {
    const { start, calls, workspace } = await stage({ "bin/hf": client() });
    const root = path.dirname(workspace);
    await writeFile(`${root}/token`, "hf_filed\n");
    const env = { HF_HOME: `${root}/hf`, HF_TOKEN_FILE: `${root}/token` };
    expect((await start("hf-download", ["dataset", "squad"], env)).code).toBe(0);
    expect(await readFile(`${root}/calls.env`, "utf8")).toBe(`${root}/hf hf_filed none\n`);
    expect((await calls()).join()).not.toContain("hf_filed");
  });

  it("passes patterns as each generation of the client takes them", async () => {
    const { start, calls, workspace } = await stage({ "bin/hf": client() });
    const HF_HOME = `${path.dirname(workspace)}/hf`;
    const args = ["model", "gpt2", "--include=*.json", "--include", "*.txt", "--exclude", "x y"];
    await start("hf-download", args, { HF_HOME });
    await start("hf-download", args, { HF_HOME, FAKE_VERSION: "0.36.0" });
    const fixed = "hf <download> <gpt2> <--repo-type> <model> <--quiet>";
    expect((await calls()).filter((line) => line.includes("download"))).toEqual([
      `${fixed} <--include> <*.json> <--include> <*.txt> <--exclude> <x y>`,
      `${fixed} <--include> <*.json> <*.txt> <--exclude> <x y>`,
    ]);
  });

  it("fetches the client by uvx where there is none", async () => {
    const { start, calls, workspace } = await stage({ "bin/uvx": client() });
    const env = { HF_HOME: `${path.dirname(workspace)}/hf`, HF_HUB_VERSION: "1.2.3" };
    expect((await start("hf-download", ["model", "gpt2"], env)).code).toBe(0);
    expect(await calls()).toEqual([
      "uvx <--from> <huggingface_hub==1.2.3> <hf> <download> <gpt2> <--repo-type> <model> <--quiet>",
    ]);
  });

  it("fails as the client does, without showing the token", async () => {
    const { start, workspace } = await stage({ "bin/hf": client("echo refused >&2; exit 5") });
    const env = { HF_HOME: `${path.dirname(workspace)}/hf`, HF_TOKEN: "hf_s3cret" };
    const outcome = await start("hf-download", ["model", "gpt2"], env);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).toMatch(
      /refused\nsygaldry: error: hf-download\.sh:\d+ \(download\): exit status 5 from: /,
    );
    expect(outcome.stderr).not.toContain("hf_s3cret");
  });

  it.each([
    ["model"],
    ["space", "gpt2"],
    ["model", "a/b/c"],
    ["model", "../etc"],
    ["model", "a--b/c"],
    ["model", "-rf"],
    ["model", "org/$(id)"],
    ["model", "org/"],
    ["model", "x".repeat(97)],
    ["model", "gpt2", "--revision"],
    ["model", "gpt2", "--token", "x"],
  ])("refuses %s %s %s", async (...args) => {
    const { start, calls } = await stage({ "bin/hf": client() });
    const outcome = await start("hf-download", args);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("usage: hf-download.sh");
    expect(await calls()).toEqual([]);
  });
});

describe("run-job.sh (integration)", () => {
  it("starts the job with the command as it is given", async () => {
    const { start, calls } = await stage({ "bin/sygaldry": recorder("exit 0") });
    expect((await start("run-job", ["train-1", "--", "sh", "-c", "echo $(id)", ""])).code).toBe(0);
    expect((await calls()).at(-1)).toBe(
      "sygaldry <job> <run> <--attach> <--name> <train-1> <--> <sh> <-c> <echo $(id)> <>",
    );
  });

  it("ends with 3 where sygaldry has no jobs, or is not there", async () => {
    const old = await stage({ "bin/sygaldry": recorder("exit 2") });
    const outcome = await old.start("run-job", ["train", "--", "true"]);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain("this version of sygaldry has no jobs");
    const none = await stage({});
    expect((await none.start("run-job", ["train", "--", "true"], { PATH: await systemPath() })).code).toBe(3);
  });

  it.each([[[]], [["a"]], [["a", "true"]], [["a", "--"]], [["../a", "--", "true"]]])(
    "refuses %j",
    async (args) => {
      const { start } = await stage({ "bin/sygaldry": recorder() });
      expect((await start("run-job", args)).code).toBe(2);
    },
  );
});

describe("verify-gpu.sh (integration)", () => {
  const two =
    "0, NVIDIA H100 80GB HBM3, 550.54.15, 81559, 9.0\n1, NVIDIA A100-SXM4-40GB, 550.54.15, 40960, 8.0";
  const smi = (gpus: string, status = 0) => `#!/bin/sh
case "$*" in
  *query-gpu*) cat <<'GPUS'
${gpus}
GPUS
    exit ${status} ;;
  *) echo "| NVIDIA-SMI 550.54.15   Driver Version: 550.54.15   CUDA Version: 12.4     |" ;;
esac
`;

  async function verify(
    nvidiaSmi: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    const { start, workspace } = await stage({ "bin/nvidia-smi": nvidiaSmi, "dev/nvidia0": "" });
    return start("verify-gpu", args, { SYGALDRY_DEVICES: path.join(path.dirname(workspace), "dev"), ...env });
  }

  it("shows what there is", async () => {
    const outcome = await verify(smi(two), []);
    expect(outcome).toEqual({
      code: 0,
      stdout: [
        "GPU    NAME                              DRIVER        MEMORY      CAPABILITY",
        "0      NVIDIA H100 80GB HBM3             550.54.15     81559 MiB   9.0",
        "1      NVIDIA A100-SXM4-40GB             550.54.15     40960 MiB   8.0",
        "CUDA of the driver: 12.4",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  it.each([
    { args: ["--require"] },
    { args: ["--min-count", "2"] },
    { args: ["--cuda", "12.4"] },
    { args: ["--cuda=11.8"] },
    { args: ["--capability", "8.0"] },
    { args: ["--driver", "550"] },
    { args: ["--driver", "535.104.05", "--min-count=1"] },
  ])("holds: $args", async ({ args }) => {
    expect(await verify(smi(two), args)).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    { args: ["--min-count", "3"], says: "2 GPU where 3 are needed" },
    { args: ["--cuda", "12.10"], says: "the driver runs CUDA 12.4, needed is 12.10" },
    {
      args: ["--capability", "9.0"],
      says: "GPU 1 (NVIDIA A100-SXM4-40GB): compute capability 8.0, needed is 9.0",
    },
    { args: ["--driver", "560"], says: "GPU 0: driver 550.54.15, needed is 560" },
  ])("does not hold: $args", async ({ args, says }) => {
    const outcome = await verify(smi(two), args);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain(`sygaldry: error: verify-gpu.sh: ${says}`);
  });

  it("reports all that does not hold", async () => {
    const { stderr } = await verify(smi(two), ["--cuda", "13.0", "--driver", "580", "--min-count", "4"]);
    expect(stderr.trim().split("\n").length).toBe(4);
  });

  it.each([
    { args: [], env: {} },
    { args: ["--require"], env: {} },
    { args: [], env: { SYGALDRY_GPU: "on" } },
  ])("is a failure without a GPU: $args $env", async ({ args, env }) => {
    expect((await verify(smi("No devices were found", 6), args, env)).code).toBe(1);
    const broken = await verify(
      smi("Failed to initialize NVML: Driver/library version mismatch", 18),
      args,
      env,
    );
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toContain(
      "no GPU here: Failed to initialize NVML: Driver/library version mismatch",
    );
  });

  it("is a failure without device files", async () => {
    const outcome = await verify(smi(two), [], { SYGALDRY_DEVICES: "/nowhere" });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("there is no /nowhere/nvidia0");
  });

  it("copes with a driver that does not tell the compute capability", async () => {
    const old = `#!/bin/sh
case "$*" in
  *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2 ;;
  *query-gpu*) echo "0, Tesla K80, 450.10, 11441" ;;
  *) echo "| CUDA Version: 11.0 |" ;;
esac
`;
    expect(await verify(old, ["--driver", "450"])).toMatchObject({ code: 0 });
    const outcome = await verify(old, ["--capability", "3.5"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("compute capability unknown, needed is 3.5");
  });

  it("ends with 3 without nvidia-smi", async () => {
    const { start } = await stage({});
    const outcome = await start("verify-gpu", [], { PATH: await systemPath() });
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain("set gpu: on in sygaldry.yaml");
  });

  it.each([[["--min-count", "0"]], [["--cuda", "twelve"]], [["--driver"]], [["what"]]])(
    "refuses %j",
    async (args) => {
      expect((await verify(smi(two), args)).code).toBe(2);
    },
  );
});

/** A PATH with what the scripts themselves call and nothing else. */
async function systemPath(): Promise<string> {
  const folder = await temporaryFolder();
  const tools = ["bash", "cat", "dirname", "env", "id", "sed", "sh"];
  await run("sh", ["-c", `for tool; do ln -s "$(command -v "$tool")" .; done`, "sh", ...tools], {
    cwd: folder,
  });
  return folder;
}
