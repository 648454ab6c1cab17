import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { processRunner, runChecked } from "../../../extension/core/base/process.ts";
import { archiveOf } from "../../support/archive.ts";
import { docker, removeOwn } from "../../support/docker.ts";
import { bridgeGateway } from "../../support/gateway.ts";
import { requires } from "../../support/requirements.ts";
import { runId } from "../../support/run-id.ts";
import { createSlimProject, type SlimProject, slim, type UpJson } from "../../support/slim-project.ts";

const owner = { uid: 1234, gid: 5678 };

/** Values that occur nowhere by chance. */
const value = {
  runFile: newSecret(),
  runEnv: newSecret(),
  hostFile: newSecret(),
  build: newSecret(),
  password: newSecret(),
};
const atHost = {
  HOST_RUN_FILE: value.runFile,
  HOST_RUN_ENV: value.runEnv,
  HOST_BUILD: value.build,
  XDG_RUNTIME_DIR: undefined,
};

requires(
  "linux",
  "root",
  "setpriv",
  "docker",
  "buildkit",
  "base",
)("secrets (integration)", () => {
  let server: Server;
  let project: SlimProject;
  let config: object;
  let first: UpJson;

  beforeAll(async () => {
    const archive = await archiveOf({ "go/bin/go": "#!/bin/sh\necho the protected go\n" });
    const gateway = await bridgeGateway();
    server = await serveWithPassword(archive, gateway);
    const sum = createHash("sha256").update(archive).digest("hex");
    config = {
      ...slim,
      image: { ...slim.image, setup: "setup.sh" },
      mirrors: { ...slim.mirrors, go: originOf(server, gateway) },
      tools: { ...slim.tools, go: { version: "1.99.9", sha256: { amd64: sum, arm64: sum } } },
      secrets: {
        RUN_FILE: { env: "HOST_RUN_FILE" },
        RUN_ENV: { env: "HOST_RUN_ENV", as: "env" },
        TOKEN: { file: "~/token" },
        BUILD: { env: "HOST_BUILD", at: "build" },
        NETRC: { file: "~/netrc", at: "build" },
      },
    };
    project = await createSlimProject({
      config,
      owner,
      env: atHost,
      files: {
        "setup.sh": "#!/bin/sh\nsha256sum </run/secrets/BUILD >/opt/setup-saw\n",
        "../home/token": `${value.hostFile}\n`,
        "../home/netrc": `machine ${gateway} login someone password ${value.password}\n`,
        "../home/docker":
          '#!/bin/sh\n[ "$1" != buildx ] || exit 1\n[ "$1" != --version ] || { echo Docker version 28.0.0, build 0; exit; }\nexec docker "$@"\n',
      },
    });
    await runChecked(processRunner, { command: "chmod", args: ["755", `${project.workspace.home}/docker`] });
    first = await project.up();
  });

  afterAll(async () => {
    if (project !== undefined) {
      const { projectId } = project.workspace;
      const memory = `/dev/shm/sygaldry-${owner.uid}`;
      await rm(`${memory}/${projectId}`, { recursive: true, force: true });
      // Empty now, unless there is a user with this id.
      await rmdir(memory).catch(() => {});
      await project[Symbol.asyncDispose]();
    }
    server?.close();
    removeOwn();
  });

  it("of the container are files, or variables of every command and shell", async () => {
    expect(await project.inside("cat /run/secrets/RUN_FILE; echo; cat /run/secrets/TOKEN")).toBe(
      `${value.runFile}\n${value.hostFile}`,
    );
    expect(
      await project.inside(`echo "$RUN_ENV"; bash -lc 'echo "$RUN_ENV"'; bash -ic 'echo "$RUN_ENV"'`),
    ).toBe(`${value.runEnv}\n${value.runEnv}\n${value.runEnv}`);
    await project.inside("! touch /run/secrets/made 2>/dev/null");
    expect(await project.inside("! env | grep -i build; ls /run/secrets")).toBe("RUN_FILE\nTOKEN\nenv");
  });

  it("of the build reach its steps, and downloads that want a password", async () => {
    const seen = createHash("sha256").update(value.build).digest("hex");
    expect(await project.inside("cat /opt/setup-saw; go")).toBe(`${seen}  -\nthe protected go`);
  });

  it("are in no layer of the image", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), `sygaldry-test-${runId}-`));
    const control = "kvothe:x:1234";
    const search = [...Object.values(value), control].flatMap((text) => ["-e", text]);
    const image = `sygaldry/${project.workspace.projectId}:dev`;
    const script = `docker save "$0" | tar -x -C "$1" && cd "$1" && shift && find . -type f -exec zcat -f {} + | grep -aohF "$@" | sort -u`;
    try {
      const args = ["-c", script, image, folder, ...search];
      const { stdout } = await runChecked(processRunner, { command: "bash", args });
      expect(stdout).toBe(`${control}\n`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("are not in what the engine tells, nor in the files of the project and its logs", async () => {
    const image = `sygaldry/${project.workspace.projectId}:dev`;
    const told = [
      await docker(["inspect", first.containerId, image]),
      await docker(["history", "--no-trunc", image]),
      await docker(["logs", first.containerId]),
      await project.run(["status", "--json"]),
      await project.run(["config", "--explain"]),
    ];
    expectNone(told.map(({ stdout, stderr }) => stdout + stderr).join("\n"));
    expect(await logs()).toContain("setup");
    expectNone(await logs());
    expectNone(await textBelow(project.workspace.path));
  });

  it("that the container lacks now are a warning, and what an earlier start gave stays", async () => {
    const without = { HOST_RUN_ENV: undefined };
    expect((await project.run(["down"])).exitCode).toBe(0);
    const result = await project.run(["up"], without);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stderr).toContain("secrets.RUN_ENV: the variable HOST_RUN_ENV is not set on this host");
    expect(result.stderr).not.toContain("secrets.RUN_FILE");
    expect(await project.inside('echo "$RUN_ENV"')).toBe(value.runEnv);
  });

  it("that the build lacks, or that its builder cannot take, end it before it starts", async () => {
    const unset = await failure(["up", "--rebuild"], { HOST_BUILD: undefined });
    expect(unset).toMatchObject({
      exitCode: 4,
      code: "SYG-SECRET",
      message: "secrets.BUILD is needed for the build: the variable HOST_BUILD is not set on this host",
      next: expect.stringContaining("Set HOST_BUILD"),
    });
    const legacy = await failure(["build", "--no-cache"], {
      SYGALDRY_DOCKER: `${project.workspace.home}/docker`,
    });
    expect(legacy).toMatchObject({
      exitCode: 4,
      code: "SYG-SECRET",
      message: expect.stringContaining("has only the legacy builder, which takes no secrets"),
      next: expect.stringContaining("BuildKit"),
    });
    const { stdout } = await docker(["inspect", "--format", "{{.State.Running}}", first.containerId]);
    expect(stdout).toBe("true\n");
  });

  it("stay out of errors and logs when a build step or a command prints them", async () => {
    await project.workspace.write({
      "setup.sh": "#!/bin/sh\necho setup prints $(cat /run/secrets/BUILD) >&2\nexit 3\n",
    });
    const built = await failure(["up"]);
    expect(built).toMatchObject({ exitCode: 1, code: "SYG-BUILD" });
    expect(built.message).toContain("setup prints ***");

    await project.workspace.write({ "setup.sh": "#!/bin/sh\n" });
    const onCreate = "echo command prints $(cat /run/secrets/RUN_FILE /run/secrets/env/RUN_ENV); exit 7";
    await project.configure({ ...config, lifecycle: { onCreate } });
    const ran = await failure(["up"]);
    expect(ran).toMatchObject({ exitCode: 1, code: "SYG-UP" });
    expect(ran.message).toContain("command prints ***");
    for (const { said } of [built, ran]) expectNone(said);
    expectNone(await logs());
  });

  async function failure(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
    const result = await project.run([...args, "--json", "--verbose"], env);
    const { error } = failed.parse(result.json());
    return { ...error, exitCode: result.exitCode, said: result.stdout + result.stderr };
  }

  function logs(): Promise<string> {
    return textBelow(path.join(project.workspace.storage, project.workspace.projectId, "logs"));
  }
});

const failed = z.object({ error: z.object({ code: z.string(), message: z.string(), next: z.string() }) });

function newSecret(): string {
  return `secret-${randomBytes(12).toString("hex")}`;
}

function expectNone(text: string): void {
  for (const [name, secret] of Object.entries(value)) expect(text.includes(secret), name).toBe(false);
}

/** The content of all files below a folder, names included. */
async function textBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => `${file}\n${await readFile(file, "utf8")}`));
  return texts.join("\n");
}

/** Gives the archive only to `someone` with the password. */
function serveWithPassword(archive: Buffer, host: string): Promise<Server> {
  const expected = `Basic ${Buffer.from(`someone:${value.password}`).toString("base64")}`;
  const server = createServer(({ headers, url }, response) => {
    if (headers.authorization !== expected)
      response.writeHead(401, { "www-authenticate": "Basic realm=tools" }).end();
    else if (!url?.startsWith("/go1.99.9.linux-")) response.writeHead(404).end();
    else response.end(archive);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => resolve(server));
  });
}

function originOf(server: Server, host: string): string {
  const address = server.address();
  return `http://${host}:${typeof address === "object" ? address?.port : ""}`;
}
