import { isCancellation, messageOf, SygaldryError, systemCode } from "../base/errors.ts";
import type { EngineEndpoint } from "./engine-socket.ts";

/** What went wrong in a call to the engine as an error of the catalogue. `doing` is a clause: "starting container x". */
export function engineFailure(error: unknown, doing: string, endpoint: EngineEndpoint): SygaldryError {
  if (error instanceof SygaldryError) return error;
  if (isCancellation(error))
    return new SygaldryError("SYG-CANCELLED", `${doing} was cancelled`, { cause: error });
  const where = endpointName(endpoint);
  switch (systemCode(error)) {
    case "ENOENT":
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "EHOSTUNREACH":
    case "ETIMEDOUT":
      return engineMissing(`no container engine answers at ${where}`, error);
    case "EACCES":
    case "EPERM":
      return refused(where, error);
    case "ECONNRESET":
    case "EPIPE":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return engineMissing(`the container engine at ${where} stopped while ${doing}`, error);
    default:
      return certificateFailure(error, where) ?? engineComplaint(engineMessage(error), doing, error);
  }
}

/** An engine that is not there; the next step is how to start one here. */
function engineMissing(message: string, cause: unknown): SygaldryError {
  return new SygaldryError("SYG-ENGINE-MISSING", message, { next: startHint(process.platform), cause });
}

/** Next step for certificates that cannot be read, or that do not fit the engine's. */
export const certificatesNext =
  "Check DOCKER_CERT_PATH, or the docker context's certificates (`docker context inspect`).";

/** Node's and OpenSSL's codes for an engine that cannot show who it is, or that wants to know who we are. */
function certificateFailure(error: unknown, where: string): SygaldryError | undefined {
  if (!/CERT|SELF_SIGNED|^ERR_(?:TLS|SSL)_/.test(systemCode(error) ?? "")) return undefined;
  return new SygaldryError(
    "SYG-ENGINE-MISSING",
    `the certificates of the container engine at ${where} are not accepted: ${messageOf(error)}`,
    { next: certificatesNext, cause: error },
  );
}

/** How to start (or get) an engine. */
export function startHint(platform: NodeJS.Platform): string {
  return platform === "linux"
    ? "Start Docker (`sudo systemctl start docker`, or `sudo dockerd` without systemd), or install docker.io."
    : "Start Docker Desktop, or install it.";
}

/** What engine and builder say when there is no room left. */
export const diskFull = /no space left on device|disk quota exceeded|\bENOSPC\b/i;

/** What they say when a GPU is asked for that they cannot give. */
export const noGpu =
  /could not select device driver|nvidia-container-cli|unresolvable CDI devices|unknown or invalid runtime name: nvidia|failed to (?:discover GPU vendor|inject CDI devices)/i;

/** What docker clients say when the socket refuses them. */
export const noPermission = /permission denied while trying to connect to the docker/i;

export const diskFullNext =
  "Free some room: `docker system df` shows what the engine holds, `docker system prune` removes what nothing uses.";

export const noGpuNext =
  "Look at `sygaldry host`: install the NVIDIA container toolkit, or set `gpu: off` (or `auto`) in sygaldry.yaml.";

const noContainer = /no such container|container \S+ is (?:not running|paused|restarting)|no such exec/i;
const upNext = "Run `sygaldry up`, then this again.";

function engineComplaint(message: string, doing: string, cause: unknown): SygaldryError {
  const text = `${doing} failed: ${message}`;
  if (diskFull.test(message)) return new SygaldryError("SYG-DISK-FULL", text, { next: diskFullNext, cause });
  if (noGpu.test(message)) return new SygaldryError("SYG-GPU", text, { next: noGpuNext, cause });
  if (noContainer.test(message)) return new SygaldryError("SYG-NO-CONTAINER", text, { next: upNext, cause });
  return new SygaldryError("SYG-ENGINE", text, { cause });
}

/** The engine's own words out of docker-modem's "(HTTP code 404) unexpected - No such container: x ". */
function engineMessage(error: unknown): string {
  return messageOf(error)
    .replace(/^\(HTTP code \d+\) [^-]*- /, "")
    .trim();
}

function refused(where: string, cause: unknown): SygaldryError {
  return new SygaldryError(
    "SYG-ENGINE-PERMISSION",
    `this user may not talk to the container engine at ${where}`,
    {
      next:
        "Add yourself to the docker group (`sudo usermod -aG docker $USER`, then log in again), " +
        "or use rootless Docker (`dockerd-rootless-setuptool.sh install`).",
      cause,
    },
  );
}

function endpointName(endpoint: EngineEndpoint): string {
  return endpoint.kind === "socket" ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
}
