import { cp, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  callsIn,
  type Outcome,
  recorder,
  repository,
  run,
  startContainer,
  temporaryFolder,
  withoutDocker,
  writeTree,
} from "./support.ts";

interface Clone {
  readonly root: string;
  readonly launch: (args?: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;
  readonly calls: () => Promise<string[]>;
}

/** `npm ci` and `npm run build` as the launcher needs them; the built command line prints its arguments. */
const npm = recorder(`echo "noise of npm"
case $1 in
  ci)
    mkdir -p node_modules
    [ -z "$NPM_FAILS" ] || exit "$NPM_FAILS"
    [ -z "$NPM_CI_WAITS" ] || until [ -e "$NPM_CI_WAITS" ]; do sleep 0.05; done
    : >node_modules/.package-lock.json ;;
  run)
    mkdir -p dist
    echo 'process.stdout.write(JSON.stringify(process.argv.slice(2)))' >dist/cli.cjs ;;
esac`);

/** A fresh clone with the real launcher, and stand-ins for npm, the engine and the host's set-up. */
async function clone(): Promise<Clone> {
  const root = await temporaryFolder();
  await writeTree(root, {
    "bin/npm": npm,
    "bin/docker": "#!/bin/sh\n",
    "bin/debootstrap": "#!/bin/sh\n",
    "bin/git": "#!/bin/sh\n",
    "repo/tools/setup-host.sh": recorder("exit 3"),
    "repo/package.json": "{}",
    "repo/package-lock.json": "{}",
    "repo/build/bundle.mjs": "",
    "repo/extension/cli/main.ts": "",
    "repo/templates/x": "",
  });
  await mkdir(path.join(root, "repo/container"));
  await cp(
    path.join(repository, "container/launch_container.sh"),
    path.join(root, "repo/container/launch_container.sh"),
  );
  const log = path.join(root, "calls");
  return {
    root: path.join(root, "repo"),
    launch: (args = [], env = {}) =>
      run(path.join(root, "repo/container/launch_container.sh"), args, {
        cwd: "/",
        env: { PATH: `${root}/bin:${path.dirname(process.execPath)}:/usr/bin:/bin`, CALLS: log, ...env },
      }),
    calls: () => callsIn(log),
  };
}

const installAndBuild = [
  "npm <ci> <--no-audit> <--no-fund> <--loglevel=error>",
  "npm <run> <--silent> <build>",
];

describe("launch_container.sh (integration)", () => {
  it("installs and builds on first use, then only runs", async () => {
    const { launch, calls } = await clone();
    const first = await launch(["--", "id"]);
    expect(first).toMatchObject({ code: 0, stdout: '["launch","--","id"]' });
    expect(first.stderr).toContain("noise of npm");
    expect(await calls()).toEqual(installAndBuild);
    expect(await launch(["--", "id"])).toEqual({ code: 0, stdout: '["launch","--","id"]', stderr: "" });
    expect(await calls()).toEqual(installAndBuild);
  });

  it.each([
    { args: [], gives: [] },
    { args: ["ls", "-l"], gives: ["--", "ls", "-l"] },
    { args: ["--", "ls", "--help"], gives: ["--", "ls", "--help"] },
    { args: ["ls", "--help"], gives: ["--", "ls", "--help"] },
    { args: ["--config", "a b.yaml", "id"], gives: ["--config", "a b.yaml", "--", "id"] },
    {
      args: ["--config=x", "--gpu=off", "--quiet", "id"],
      gives: ["--config=x", "--gpu=off", "--quiet", "--", "id"],
    },
    {
      args: ["--entrypoint", "run-job", "n", "--", "x"],
      gives: ["--entrypoint", "run-job", "--", "n", "--", "x"],
    },
    { args: ["--gpu", "off", "--adopt", "id"], gives: ["--gpu", "off", "--adopt", "--", "id"] },
    { args: ["--project-id", "p"], gives: ["--project-id", "p"] },
    { args: ["sh", "-c", "$(id) 'x' \"\n", ""], gives: ["--", "sh", "-c", "$(id) 'x' \"\n", ""] },
    { args: ["--", "--config"], gives: ["--", "--config"] },
  ])("passes $args on as $gives", async ({ args, gives }) => {
    const { launch } = await clone();
    const { stdout } = await launch(args);
    expect(JSON.parse(stdout)).toEqual(["launch", ...gives]);
  });

  it("builds again when a source changed or went, and installs when the lock changed", async () => {
    const { launch, calls, root } = await clone();
    await launch();
    const future = new Date(Date.now() + 60_000);
    await utimes(path.join(root, "extension/cli/main.ts"), future, future);
    await launch();
    expect((await calls()).slice(2)).toEqual([installAndBuild[1]]);

    const other = await clone();
    await other.launch();
    await rm(path.join(other.root, "templates/x"));
    await utimes(path.join(other.root, "templates"), future, future);
    await other.launch();
    expect((await other.calls()).slice(2)).toEqual([installAndBuild[1]]);

    const locked = await clone();
    await locked.launch();
    await utimes(path.join(locked.root, "package-lock.json"), future, future);
    await locked.launch();
    expect((await locked.calls()).slice(2)).toEqual([installAndBuild[1]]);
    await writeFile(path.join(locked.root, "package-lock.json"), '{"changed":true}');
    await utimes(path.join(locked.root, "package-lock.json"), future, future);
    await rm(path.join(locked.root, "node_modules"), { recursive: true });
    await locked.launch();
    expect((await locked.calls()).slice(3)).toEqual(installAndBuild);
  });

  it("lets one of two launches on a fresh clone install, and the other wait", async () => {
    const { launch, calls, root } = await clone();
    const go = path.join(root, "go");
    const launches = [launch(["a"], { NPM_CI_WAITS: go }), launch(["b"], { NPM_CI_WAITS: go })];
    await expect.poll(calls, { timeout: 20_000 }).toEqual([installAndBuild[0]]);
    await writeFile(go, "");
    const outcomes = await Promise.all(launches);
    expect(outcomes.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
      { code: 0, stdout: '["launch","--","a"]' },
      { code: 0, stdout: '["launch","--","b"]' },
    ]);
    expect(await calls()).toEqual(installAndBuild);
  });

  it("recovers from an installation that was broken off", async () => {
    const { launch, calls } = await clone();
    const broken = await launch([], { NPM_FAILS: "1" });
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toMatch(
      /sygaldry: error: launch_container\.sh:\d+ \(run_npm\): npm ci failed with exit status 1/,
    );
    expect(await launch()).toMatchObject({ code: 0, stdout: '["launch"]' });
    expect(await calls()).toEqual([installAndBuild[0], ...installAndBuild]);
  });

  it("passes environment, stdin and exit code through", async () => {
    const { launch, root } = await clone();
    await launch();
    const script = "process.stdout.write(process.env.SYGALDRY_PROJECT_ID + process.cwd()); process.exit(42)";
    await writeFile(path.join(root, "dist/cli.cjs"), script);
    expect(await launch(["x"], { SYGALDRY_PROJECT_ID: "other" })).toEqual({
      code: 42,
      stdout: "other/",
      stderr: "",
    });
  });

  it("runs an installed package as it is", async () => {
    const { launch, calls, root } = await clone();
    await rm(path.join(root, "build"), { recursive: true });
    await mkdir(path.join(root, "dist"));
    await writeFile(path.join(root, "dist/cli.cjs"), "console.log('packed')");
    expect((await launch()).stdout).toBe("packed\n");
    expect(await calls()).toEqual([]);
  });

  it("explains itself without building anything", async () => {
    const { launch, calls } = await clone();
    const outcome = await launch(["--help"]);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toContain("usage: launch_container.sh");
    expect((await launch(["--config"])).code).toBe(2);
    expect(await calls()).toEqual([]);
  });

  it("ends with 3 where the host lacks Node.js", async () => {
    const { launch, calls, root } = await clone();
    const bin = path.join(root, "only");
    await mkdir(bin);
    await run("sh", ["-c", 'for t in bash dirname env id; do ln -s "$(command -v "$t")" .; done'], {
      cwd: bin,
    });
    expect((await launch([], { PATH: bin })).code).toBe(3);
    expect(await calls()).toEqual(["setup-host.sh <>"]);
  });
});

describe("setup-host.sh (integration)", () => {
  const script = path.join(repository, "tools/setup-host.sh");

  async function check(
    bin: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): Promise<Outcome> {
    const folder = await temporaryFolder();
    await writeTree(folder, bin);
    await run(
      "sh",
      ["-c", 'for t in bash cat env id grep head sed sort uname; do ln -s "$(command -v "$t")" .; done'],
      {
        cwd: folder,
      },
    );
    // Without the system's own folders, which the script adds.
    const text = (await readFile(script, "utf8")).replace(/^PATH=.*$/m, "");
    await writeTree(folder, { "setup-host.sh": text });
    return run(path.join(folder, "setup-host.sh"), ["--check", ...args], {
      env: { PATH: folder, HOME: folder },
    });
  }

  const tool = "#!/bin/sh\n";
  const complete = {
    node: "#!/bin/sh\necho v22.1.0\n",
    ...{ npm: tool, git: tool, curl: tool, debootstrap: tool, docker: tool },
  };

  it("has nothing to say about a machine that is ready", async () => {
    expect(await check(complete)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("lists all that is missing, each with the next step", async () => {
    const outcome = await check({});
    expect(outcome.code).toBe(3);
    const lines = outcome.stderr.split("\n");
    expect(lines[0]).toBe("sygaldry: error: setup-host.sh: this machine lacks:");
    expect(lines.filter((line) => line.startsWith("    next: ")).length).toBe(5);
    for (const name of ["Node.js >= 20.12", "git", "curl", "debootstrap", "Docker client"]) {
      expect(outcome.stderr).toContain(`  ${name === "Docker client" ? "a Docker client" : name}`);
    }
  });

  it("finds Node.js too old", async () => {
    const outcome = await check({ ...complete, node: "#!/bin/sh\necho v18.20.4\n" });
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain("Node.js >= 20.12 with npm (found: v18.20.4)");
  });

  it("tells an engine that refuses from one that is down", async () => {
    const docker = (answer: string) => `#!/bin/sh\necho '${answer}' >&2\nexit 1\n`;
    const refused = await check({ ...complete, docker: docker("permission denied while trying to connect") });
    expect(refused.stderr).toContain("usermod -aG docker");
    const down = await check({ ...complete, docker: docker("Cannot connect to the Docker daemon") });
    expect(down.stderr).toContain("a Docker engine that answers (Cannot connect to the Docker daemon)");
    expect([refused.code, down.code]).toEqual([3, 3]);
  });

  it("refuses what are no package names", async () => {
    for (const args of [["--with"], ["--with", "a;b"], ["--with", "-o"], ["what"]]) {
      expect((await check(complete, args)).code).toBe(2);
    }
  });
});

describe.skipIf(await withoutDocker())("setup-host.sh as root on Debian (integration, Docker)", () => {
  const tool = "#!/bin/sh\n";
  /** A machine with all tools, whose engine answers as soon as its dockerd has run. */
  const machine = {
    node: "#!/bin/sh\necho v22.1.0\n",
    ...{ npm: tool, git: tool, curl: tool, debootstrap: tool },
    "apt-get": '#!/bin/sh\necho "apt-get $*" >>/tmp/calls\n',
    docker: "#!/bin/sh\n[ -e /tmp/engine ] || { echo 'Cannot connect' >&2; exit 1; }\n",
    dockerd: "#!/bin/sh\necho dockerd >>/tmp/calls\n: >/tmp/engine\nexec sleep 1000\n",
  };

  async function startMachine(bin: Readonly<Record<string, string>>) {
    const folder = await temporaryFolder();
    await writeTree(folder, bin);
    const container = await startContainer([
      ...["--volume", `${folder}:/tools:ro`, "--volume", `${path.join(repository, "tools")}:/host:ro`],
      ...["--env", "PATH=/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ]);
    await container.sh("mkdir -p /etc/ssl/certs; touch /etc/ssl/certs/ca-certificates.crt /tmp/calls");
    return container;
  }

  it("starts the engine, once, however many ask, and holds nobody up", async () => {
    const container = await startMachine(machine);
    const setups = await Promise.all([
      container.exec(["/host/setup-host.sh"]),
      container.exec(["/host/setup-host.sh"]),
    ]);
    expect(setups.map(({ code }) => code)).toEqual([0, 0]);
    expect(await container.exec(["/host/setup-host.sh"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await container.sh("cat /tmp/calls")).toBe("dockerd\n");
  });

  it("installs only what is missing", async () => {
    const container = await startMachine(machine);
    const outcome = await container.exec(["/host/setup-host.sh", "--with", "tar,no-such-package"]);
    expect(outcome.code).toBe(3);
    const install = "apt-get install -y -qq --no-install-recommends no-such-package";
    expect(await container.sh("cat /tmp/calls")).toBe(`apt-get update -qq\n${install}\ndockerd\n`);
    expect(outcome.stderr).toContain("  no-such-package\n    next: sudo apt-get install no-such-package\n");
  });

  it("says why the engine does not start", async () => {
    const dockerd = "#!/bin/sh\necho 'failed to start daemon: no iptables'\nexit 1\n";
    const container = await startMachine({ ...machine, dockerd });
    const outcome = await container.exec(["/host/setup-host.sh"]);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain(
      "dockerd did not come up: failed to start daemon: no iptables (see /var/log/",
    );
  });

  it("leaves an engine on another host alone", async () => {
    const container = await startMachine(machine);
    expect(
      (await container.exec(["/host/setup-host.sh"], ["--env", "DOCKER_HOST=tcp://elsewhere:2375"])).code,
    ).toBe(3);
    expect(await container.sh("cat /tmp/calls")).toBe("");
  });
});
