import { SygaldryError } from "../base/errors.ts";
import type {
  ContainerDetails,
  ContainerSummary,
  EngineInfo,
  EngineVersion,
  ImageDetails,
} from "./engine.ts";
import { readAnswer } from "./engine-answers.ts";

/** Readers of what the Docker Engine API (1.41 to 1.52) and Podman's compatible API answer. */

/** `GET /version` */
export function engineVersion(value: unknown): EngineVersion {
  const answer = readAnswer(value, "its version");
  const components = answer.answers("Components").map((component) => component.optionalText("Name"));
  const podman = components.find((name) => /podman/i.test(name));
  return {
    version: answer.text("Version"),
    apiVersion: answer.text("ApiVersion"),
    platform: podman ?? answer.optionalText("Platform", "Name"),
  };
}

/** `GET /info` */
export function engineInfo(value: unknown): EngineInfo {
  const answer = readAnswer(value, "its settings");
  return {
    operatingSystem: answer.optionalText("OperatingSystem"),
    storageDriver: answer.optionalText("Driver"),
    rootDirectory: answer.optionalText("DockerRootDir"),
    securityOptions: answer.texts("SecurityOptions"),
    runtimes: answer.keys("Runtimes"),
    // Docker 28 and newer.
    cdiDevices: answer
      .answers("DiscoveredDevices")
      .filter((device) => device.optionalText("Source") === "cdi")
      .map((device) => device.text("ID")),
    name: answer.optionalText("Name"),
  };
}

/** One entry of `GET /containers/json` */
export function containerSummary(value: unknown): ContainerSummary {
  const answer = readAnswer(value, "a container");
  return {
    id: answer.text("Id"),
    name: withoutSlash(answer.texts("Names")[0] ?? ""),
    image: answer.optionalText("Image"),
    imageId: answer.optionalText("ImageID"),
    state: containerState(answer.text("State")),
    labels: answer.labels("Labels"),
    created: answer.number("Created"),
    justStarted: /^Up (?:less than a second|\d seconds?)\b/i.test(answer.optionalText("Status")),
  };
}

/** `GET /containers/{id}/json` */
export function containerDetails(value: unknown): ContainerDetails {
  const answer = readAnswer(value, "a container");
  const state = containerState(answer.text("State", "Status"));
  const startedAt = answer.optionalText("State", "StartedAt");
  const started = startedAt !== "" && !startedAt.startsWith("0001-");
  return {
    id: answer.text("Id"),
    name: withoutSlash(answer.optionalText("Name")),
    image: answer.optionalText("Config", "Image"),
    imageId: answer.optionalText("Image"),
    state,
    labels: answer.labels("Config", "Labels"),
    created: Math.floor(Date.parse(answer.text("Created")) / 1000),
    startedAt: started ? startedAt : undefined,
    exitCode:
      started && (state === "exited" || state === "dead") ? answer.number("State", "ExitCode") : undefined,
    outOfMemory: answer.flag("State", "OOMKilled"),
    environment: answer.texts("Config", "Env"),
    mounts: answer.answers("Mounts").map((mount) => ({
      type: mount.optionalText("Type"),
      source: mount.optionalText(mount.optionalText("Type") === "volume" ? "Name" : "Source"),
      target: mount.text("Destination"),
      writable: mount.flag("RW"),
    })),
  };
}

/** `GET /containers/{id}/json`: whether the container's own output is a terminal's, one stream without frames. */
export function hasTerminal(value: unknown): boolean {
  return readAnswer(value, "a container").flag("Config", "Tty");
}

/** `GET /images/{name}/json` */
export function imageDetails(value: unknown): ImageDetails {
  const answer = readAnswer(value, "an image");
  return {
    id: answer.text("Id"),
    tags: answer.texts("RepoTags"),
    labels: answer.labels("Config", "Labels"),
    size: answer.number("Size"),
    created: answer.optionalText("Created"),
  };
}

/** `POST /containers/{id}/exec` */
export function execId(value: unknown): string {
  return readAnswer(value, "a new command").text("Id");
}

/** `GET /exec/{id}/json`; the exit code is undefined while it runs. */
export function execExitCode(value: unknown): number | undefined {
  const answer = readAnswer(value, "a command");
  return answer.flag("Running") ? undefined : answer.number("ExitCode");
}

function containerState(state: string): ContainerSummary["state"] {
  switch (state) {
    case "created":
    case "running":
    case "paused":
    case "restarting":
    case "removing":
    case "exited":
    case "dead":
      return state;
    // Podman's own.
    case "configured":
    case "initialized":
      return "created";
    case "stopping":
      return "running";
    case "stopped":
      return "exited";
    default:
      throw new SygaldryError(
        "SYG-ENGINE",
        `the engine names a container state unknown to Sygaldry: ${state}`,
      );
  }
}

function withoutSlash(name: string): string {
  return name.replace(/^\//, "");
}
