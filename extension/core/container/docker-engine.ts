import { setTimeout as delay } from "node:timers/promises";
import { SygaldryError } from "../base/errors.ts";
import {
  containerDetails,
  containerSummary,
  engineInfo,
  engineVersion,
  hasTerminal,
  imageDetails,
} from "./docker-answers.ts";
import { type DockerApi, dockerApi } from "./docker-api.ts";
import { execInside } from "./docker-exec.ts";
import { copyOutput } from "./docker-output.ts";
import type { ContainerEngine, LogOptions } from "./engine.ts";
import type { EngineEndpoint } from "./engine-socket.ts";

/** The engine at `endpoint` through the Docker Engine API (Docker 20.10 and newer, Podman's compatible one). */
export function dockerEngine(endpoint: EngineEndpoint): ContainerEngine {
  const api = dockerApi(endpoint);
  return {
    version: async (signal) => engineVersion(await get(api, "/version", "asking for the version", signal)),
    info: async (signal) => engineInfo(await get(api, "/info", "asking for the settings", signal)),
    ...containers(api),
    ...images(api),
    logs: (id, options, signal) => logs(api, id, options, signal),
    exec: (id, options, signal) => execInside(api, id, options, signal),
  };
}

type Containers = Pick<
  ContainerEngine,
  | "findContainers"
  | "inspectContainer"
  | "startContainer"
  | "unpauseContainer"
  | "stopContainer"
  | "removeContainer"
>;

function containers(api: DockerApi): Containers {
  return {
    async findContainers(labels, signal) {
      const query = { all: true, filters: { label: [...labels] } };
      const answer = await api.json({
        ...{ method: "GET", path: "/containers/json", query },
        ...{ doing: "looking for containers", signal },
      });
      const found = Array.isArray(answer) ? answer.map(containerSummary) : [];
      return found.sort((a, b) => b.created - a.created);
    },
    inspectContainer: (id, signal) => inspectContainer(api, id, signal),
    async startContainer(id, signal) {
      await post(api, `${containerPath(id)}/start`, {}, `starting container ${shortId(id)}`, signal);
    },
    async unpauseContainer(id, signal) {
      await post(api, `${containerPath(id)}/unpause`, {}, `unpausing container ${shortId(id)}`, signal);
    },
    async stopContainer(id, seconds, signal) {
      await post(
        api,
        `${containerPath(id)}/stop`,
        { t: seconds },
        `stopping container ${shortId(id)}`,
        signal,
      );
    },
    removeContainer: (id, signal) => removeContainer(api, id, signal),
  };
}

type Images = Pick<ContainerEngine, "inspectImage" | "removeImage" | "removeVolume" | "tagImage">;

function images(api: DockerApi): Images {
  return {
    async inspectImage(reference, signal) {
      const call = { method: "GET", path: `${imagePath(reference)}/json` } as const;
      const answer = await api.json({ ...call, doing: `looking at image ${reference}`, signal }, "undefined");
      return answer === undefined ? undefined : imageDetails(answer);
    },
    async removeImage(reference, signal) {
      const call = { method: "DELETE", path: imagePath(reference) } as const;
      await api.json({ ...call, doing: `removing image ${reference}`, signal }, "undefined");
    },
    async removeVolume(name, signal) {
      const call = { method: "DELETE", path: `/volumes/${encodeURIComponent(name)}` } as const;
      await api.json({ ...call, doing: `removing volume ${name}`, signal }, "undefined");
    },
    async tagImage(reference, name, signal) {
      const [, repo = name, tag = "latest"] = /^(.*?)(?::([^:/]+))?$/.exec(name) ?? [];
      await post(api, `${imagePath(reference)}/tag`, { repo, tag }, `naming image ${reference}`, signal);
    },
  };
}

async function inspectContainer(api: DockerApi, id: string, signal?: AbortSignal) {
  const call = { method: "GET", path: `${containerPath(id)}/json` } as const;
  const doing = `looking at container ${shortId(id)}`;
  const answer = await api.json({ ...call, doing, signal }, "undefined");
  return answer === undefined ? undefined : containerDetails(answer);
}

async function removeContainer(api: DockerApi, id: string, signal?: AbortSignal): Promise<void> {
  const doing = `removing container ${shortId(id)}`;
  const query = { force: true, v: true };
  try {
    await api.json({ method: "DELETE", path: containerPath(id), query, doing, signal }, "undefined");
  } catch (error) {
    if (!(error instanceof SygaldryError && error.message.includes("already in progress"))) throw error;
    // Somebody else removes it: done when it is gone.
    while ((await inspectContainer(api, id, signal)) !== undefined) await delay(50, undefined, { signal });
  }
}

async function logs(api: DockerApi, id: string, options: LogOptions, signal?: AbortSignal): Promise<void> {
  const doing = `reading the output of container ${shortId(id)}`;
  const tty = hasTerminal(await get(api, `${containerPath(id)}/json`, doing, signal));
  const query = {
    ...{ stdout: true, stderr: true, follow: options.follow },
    ...(options.lines === undefined ? {} : { tail: options.lines }),
  };
  const source = await api.stream({
    ...{ method: "GET", path: `${containerPath(id)}/logs`, query },
    ...{ doing, signal },
  });
  await copyOutput(source, { ...options, tty, doing, endpoint: api.endpoint }, signal);
}

function get(api: DockerApi, path: string, doing: string, signal?: AbortSignal): Promise<unknown> {
  return api.json({ method: "GET", path, doing, signal });
}

async function post(
  api: DockerApi,
  path: string,
  query: Readonly<Record<string, string | number>>,
  doing: string,
  signal?: AbortSignal,
): Promise<void> {
  await api.json({ method: "POST", path, query, doing, signal });
}

function containerPath(id: string): string {
  return `/containers/${encodeURIComponent(id)}`;
}

/** The API takes a reference's slashes and colons as they are. */
function imagePath(reference: string): string {
  return `/images/${encodeURI(reference)}`;
}

function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}
