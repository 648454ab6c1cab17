import { getEventListeners } from "node:events";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { processRunner } from "../../../extension/core/base/process.ts";
import { redactor } from "../../../extension/core/base/redact.ts";
import type { BuildProgress } from "../../../extension/core/container/build-progress.ts";
import {
  type DevcontainerRun,
  devcontainerBuild,
  devcontainerConfiguration,
  devcontainerRunUserCommands,
  devcontainerUp,
} from "../../../extension/core/container/devcontainer.ts";
import { dockerEngine } from "../../../extension/core/container/docker-engine.ts";
import { baseImage, docker, ownLabel, removeOwn } from "../../support/docker.ts";
import { findBuildKitClient } from "../../support/docker-clients.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { testName } from "../../support/run-id.ts";
import { createWorkspace } from "../../support/workspace.ts";
import { processesWith, startProxy, testEndpoint } from "./support.ts";

const endpoint = testEndpoint();
const engine = dockerEngine(endpoint);
const cli = {
  node: process.execPath,
  script: inRepository("node_modules", "@devcontainers", "cli", "devcontainer.js"),
};

/** One text that is in the command lines of this test's processes and containers, and in no other's. */
let marks = 0;
function newMark(): string {
  marks += 1;
  return `98${process.pid}.0${marks}`;
}

interface Attempt {
  readonly dockerfile: string;
  readonly builder?: "legacy" | "buildkit";
  readonly config?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly gpuAvailability?: "all";
  readonly secrets?: readonly string[];
  /** Called after every line. */
  readonly onProgress?: (progress: BuildProgress, abort: AbortController) => void;
}

/** `devcontainer up` in a workspace of its own, and what is there after it. */
async function attempt({ dockerfile, builder = "legacy", config = {}, ...options }: Attempt) {
  await using workspace = await createWorkspace({
    files: {
      ".devcontainer/Dockerfile": dockerfile,
      ".devcontainer/devcontainer.json": JSON.stringify({
        ...{ build: { dockerfile: "Dockerfile" }, remoteUser: "root", runArgs: [...ownLabel], ...config },
      }),
    },
  });
  const abort = new AbortController();
  let progress: BuildProgress | undefined;
  const run: DevcontainerRun = {
    ...{ cli, runner: processRunner, engine, redact: redactor(options.secrets ?? []), signal: abort.signal },
    onProgress: (now) => {
      progress = now;
      options.onProgress?.(now, abort);
    },
  };
  const buildkit = builder === "buildkit";
  const outcome = await devcontainerUp(run, {
    workspaceFolder: workspace.path,
    dockerPath: buildkit ? (findBuildKitClient() ?? "docker") : "docker",
    environment: { ...process.env, ...options.environment, DOCKER_BUILDKIT: buildkit ? "1" : "0" },
    ...(options.gpuAvailability === undefined ? {} : { gpuAvailability: options.gpuAvailability }),
  }).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  const containers = await engine.findContainers([`devcontainer.local_folder=${workspace.path}`]);
  return {
    ...outcome,
    containers,
    progress,
    listeners: getEventListeners(abort.signal, "abort").length,
    workspace,
  };
}

/** Containers, in any state, whose command holds the text. */
async function containersWith(text: string): Promise<string[]> {
  const { stdout } = await docker(["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}} {{.Command}}"]);
  return stdout.split("\n").filter((line) => line.includes(text));
}

const reaches = (text: string) => (progress: BuildProgress, abort: AbortController) => {
  if (progress.log.some((line) => line === text || line.endsWith(` ${text}`))) abort.abort();
};

requires(
  "linux",
  "docker",
  "base",
)("devcontainer up (integration)", () => {
  afterAll(removeOwn);

  it("reads the configuration, builds, and runs the commands that are due in what runs", async () => {
    await using workspace = await createWorkspace({
      files: {
        ".devcontainer/devcontainer.json": JSON.stringify({
          ...{ name: "${localWorkspaceFolderBasename}", image: baseImage, remoteUser: "root" },
          ...{ runArgs: ownLabel, postAttachCommand: "echo attached" },
        }),
      },
    });
    const lines: string[] = [];
    const run: DevcontainerRun = {
      ...{ cli, runner: processRunner, engine, redact: redactor([]) },
      onProgress: ({ steps }) => lines.push(...steps.flatMap((step) => step.lines)),
    };
    const options = { workspaceFolder: workspace.path, environment: process.env };
    const name = path.basename(workspace.path);
    expect(await devcontainerConfiguration(run, options)).toMatchObject({ name });
    const imageName = testName("built");
    expect(await devcontainerBuild(run, { ...options, imageName })).toContain(imageName);
    await devcontainerUp(run, options);
    lines.length = 0;
    expect(await devcontainerRunUserCommands(run, options)).toBe("done");
    expect(lines).toContain("attached");
  });

  it("gives the container, and the progress of every step", async () => {
    const { value, containers, progress } = await attempt({
      dockerfile: `FROM ${baseImage}\nRUN echo hello\n`,
      config: { postCreateCommand: "echo created" },
    });
    expect(value).toEqual({
      containerId: containers[0]?.id,
      remoteUser: "root",
      remoteWorkspaceFolder: expect.stringMatching(/^\/workspaces\//),
    });
    expect(progress?.steps.every(({ state }) => state === "done" || state === "cached")).toBe(true);
    expect(progress?.steps.find(({ name }) => name === "RUN echo hello")).toBeDefined();
    expect(progress?.steps.at(-1)).toMatchObject({ id: "postCreateCommand", lines: ["created"] });
  });

  it("names the failed step, leaves no container, and shows no secret", async () => {
    const mark = newMark();
    const { error, containers } = await attempt({
      dockerfile: `FROM ${baseImage}\nRUN echo token=hunter2hunter2 ${mark} && exit 4\n`,
      secrets: ["hunter2hunter2"],
    });
    expect(error).toMatchObject({
      code: "SYG-BUILD",
      message: expect.stringMatching(/^RUN echo token=\*\*\* .* failed \(exit code 4\)\ntoken=\*\*\*/),
    });
    expect(containers).toEqual([]);
    expect(await containersWith(mark)).toEqual([]);
  });

  it("names the base image that cannot be had", async () => {
    const { error } = await attempt({
      dockerfile: `FROM localhost:1/sygaldry-no-such-image AS tools\nFROM ${baseImage} AS dev\nCOPY --from=tools /a /a\n`,
    });
    expect(error).toMatchObject({
      code: "SYG-BASE-IMAGE",
      data: { image: "localhost:1/sygaldry-no-such-image" },
    });
  });

  it("tells apt's mirror by its own words", async () => {
    const { error } = await attempt({
      dockerfile: [
        `FROM ${baseImage}`,
        "RUN rm -rf /etc/apt/sources.list.d/* && echo 'deb http://127.0.0.1:9/debian x main' >/etc/apt/sources.list",
        "RUN apt-get update && apt-get install -y hello",
      ].join("\n"),
    });
    expect(error).toMatchObject({ code: "SYG-BUILD", next: expect.stringContaining("mirrors.apt") });
  });

  it("keeps the container whose lifecycle command failed", async () => {
    const { error, containers } = await attempt({
      dockerfile: `FROM ${baseImage}\n`,
      config: { postCreateCommand: "echo preparing; exit 6" },
    });
    expect(error).toMatchObject({
      code: "SYG-UP",
      message: "postCreateCommand failed with exit code 6\npreparing",
      data: { containerId: containers[0]?.id },
    });
  });

  it("asks for a GPU in vain, and leaves no container", async () => {
    if ((await engine.info()).runtimes.includes("nvidia")) return;
    const { error, containers } = await attempt({
      dockerfile: `FROM ${baseImage}\n`,
      config: { hostRequirements: { gpu: true } },
      gpuAvailability: "all",
    });
    expect(error).toMatchObject({ code: "SYG-GPU" });
    expect(containers).toEqual([]);
  });

  it("cancelled in a lifecycle command: the new container goes, and all in it", async () => {
    const mark = newMark();
    const { error, containers, listeners } = await attempt({
      dockerfile: `FROM ${baseImage}\n`,
      config: { postCreateCommand: `echo waiting; sleep ${mark}` },
      onProgress: reaches("waiting"),
    });
    expect(error).toMatchObject({ code: "SYG-CANCELLED" });
    expect(containers).toEqual([]);
    expect(await processesWith(mark)).toEqual([]);
    expect(listeners).toBe(0);
  });

  it("cancelled while the container is being made: none is left", async () => {
    const { error, containers } = await attempt({
      dockerfile: `FROM ${baseImage}\n`,
      onProgress: ({ created }, abort) => {
        if (created !== undefined) abort.abort();
      },
    });
    expect(error).toMatchObject({ code: "SYG-CANCELLED" });
    expect(containers).toEqual([]);
  });
});

for (const builder of ["legacy", "buildkit"] as const) {
  const needs = builder === "legacy" ? (["docker"] as const) : (["buildkit"] as const);
  requires(
    "linux",
    "base",
    ...needs,
  )(`a build that is cut short, ${builder} (integration)`, () => {
    afterAll(removeOwn);

    it("cancelled: no process, no container, and the finished step is kept", async () => {
      const mark = newMark();
      const dockerfile = `FROM ${baseImage}\nRUN echo kept ${mark}\nRUN echo waiting && sleep ${mark}\n`;
      const { error, containers, progress, listeners, workspace } = await attempt({
        ...{ dockerfile, builder, onProgress: reaches("waiting") },
      });
      expect(error).toMatchObject({ code: "SYG-CANCELLED" });
      expect(progress?.steps.find(({ name }) => name.includes("echo waiting"))).toMatchObject({
        state: "failed",
      });
      expect(containers).toEqual([]);
      expect(listeners).toBe(0);
      expect(await processesWith(path.basename(workspace.path))).toEqual([]);
      // BuildKit ends the step's process a moment after its client has gone.
      await expect.poll(() => processesWith(`sleep ${mark}`), { timeout: 20_000 }).toEqual([]);
      expect(await containersWith(mark)).toEqual([]);
      const again = await attempt({ dockerfile: dockerfile.replace(`sleep ${mark}`, "true"), builder });
      expect(again.error).toBeUndefined();
      expect(again.progress?.steps.find(({ name }) => name.includes("echo kept"))).toMatchObject({
        state: "cached",
      });
    });

    it("the engine goes away: says so, and what is kept", async () => {
      if (endpoint.kind !== "socket") return;
      await using folder = await createWorkspace();
      const socket = path.join(folder.path, "docker.sock");
      await using proxy = await startProxy(endpoint.path, { path: socket });
      const mark = newMark();
      const { error } = await attempt({
        ...{ dockerfile: `FROM ${baseImage}\nRUN echo waiting && sleep ${mark}\n`, builder },
        environment: { DOCKER_HOST: `unix://${socket}` },
        onProgress: ({ log }) => void (log.some((line) => line.endsWith("waiting")) && proxy.stop()),
      });
      expect(error).toMatchObject({
        code: "SYG-ENGINE-MISSING",
        message: expect.stringMatching(/^the container engine stopped during: RUN echo waiting/),
      });
      await expect.poll(() => processesWith(`sleep ${mark}`), { timeout: 20_000 }).toEqual([]);
    });
  });
}

describe("devcontainer up (integration)", () => {
  it("no engine at all", async () => {
    const { error } = await attempt({
      ...{ dockerfile: "FROM scratch\n", environment: { DOCKER_HOST: "unix:///nonexistent/docker.sock" } },
    });
    expect(error).toMatchObject({ code: "SYG-ENGINE-MISSING", message: "no container engine answers" });
  });
});
