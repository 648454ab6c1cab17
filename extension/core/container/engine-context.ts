import path from "node:path";
import { SygaldryError } from "../base/errors.ts";
import { sha256 } from "../base/files.ts";
import { isRecord, parseJson } from "./engine-answers.ts";
import type { EndpointSources, TlsFiles } from "./engine-socket.ts";

/** The current docker context: DOCKER_CONTEXT, else `currentContext` of config.json; undefined for the default one. */
export function contextName(sources: EndpointSources): string | undefined {
  const config = parseJson(sources.read(path.join(configFolder(sources), "config.json")) ?? "");
  const current = isRecord(config) ? config["currentContext"] : undefined;
  const name = sources.environment["DOCKER_CONTEXT"] || current;
  return typeof name === "string" && name !== "" && name !== "default" ? name : undefined;
}

/**
 * The Docker endpoint of a context, from `contexts/meta/<SHA-256 of its name>/meta.json` (docker/cli's context store:
 * `{"Name", "Endpoints": {"docker": {"Host", "SkipTLSVerify"}}}`; certificates in `contexts/tls/<same>/docker`).
 * Throws SYG-ENGINE-MISSING when there is no such context.
 */
export function contextEndpoint(
  name: string,
  sources: EndpointSources,
): { readonly host: string; readonly tls: TlsFiles | undefined } {
  const contexts = path.join(configFolder(sources), "contexts");
  const id = sha256(name);
  const meta = parseJson(sources.read(path.join(contexts, "meta", id, "meta.json")) ?? "");
  const endpoints = isRecord(meta) ? meta["Endpoints"] : undefined;
  const docker = isRecord(endpoints) ? endpoints["docker"] : undefined;
  const host = isRecord(docker) ? docker["Host"] : undefined;
  if (!isRecord(docker) || typeof host !== "string" || host === "") throw noContext(name);
  const folder = path.join(contexts, "tls", id, "docker");
  const hasTls = sources.exists(path.join(folder, "ca.pem"));
  const unverified = docker["SkipTLSVerify"] === true;
  return {
    host,
    tls: hasTls || unverified ? { folder: hasTls ? folder : undefined, verify: !unverified } : undefined,
  };
}

function configFolder({ environment, home }: EndpointSources): string {
  return environment["DOCKER_CONFIG"] || path.join(home, ".docker");
}

function noContext(name: string): SygaldryError {
  return new SygaldryError("SYG-ENGINE-MISSING", `there is no docker context ${name}`, {
    next: "See `docker context ls`, and choose one with `docker context use NAME` (or unset DOCKER_CONTEXT).",
    data: { context: name },
  });
}
