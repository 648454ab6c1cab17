import { type Fact, known, unknown } from "../../base/fact.ts";
import type { ProcessRunner } from "../../base/process.ts";
import type { Environment } from "../overrides.ts";
import { type Bounds, bounded } from "./bounded.ts";
import { executablesOnPath } from "./executables.ts";
import type { ClientFacts, EngineFacts } from "./facts.ts";

export interface ClientProbe {
  readonly runner: ProcessRunner;
  readonly environment: Environment;
  readonly bounds: Bounds;
}

/** What a docker or podman command says about itself, whatever the engine. */
interface ClientLook {
  readonly path: string;
  readonly program: "docker" | "podman";
  readonly version: string;
  readonly buildx: boolean;
}

export interface ClientLooks {
  /** Those that could serve us, in the order of PATH. */
  readonly candidates: readonly Fact<ClientLook>[];
  /** The first docker on PATH, which VS Code and the devcontainers CLI run; undefined where there is none. */
  readonly plain: Fact<ClientLook> | undefined;
}

/** Every docker and podman on PATH; of candidates only the one that SYGALDRY_DOCKER names (a path or a name) when it is set. */
export async function lookAtClients(probe: ClientProbe): Promise<ClientLooks> {
  const named = probe.environment["SYGALDRY_DOCKER"];
  const [files, dockers] = await Promise.all([
    executablesOnPath(named ? [named] : ["docker", "podman"], probe.environment),
    executablesOnPath(["docker"], probe.environment),
  ]);
  const candidates = named ? [files[0] ?? named] : files;
  const all = [...new Set([...candidates, ...dockers.slice(0, 1)])];
  const looks = await Promise.all(all.map((file) => lookAtClient(file, probe)));
  return {
    candidates: looks.slice(0, candidates.length),
    plain: dockers[0] === undefined ? undefined : looks[all.indexOf(dockers[0])],
  };
}

/** Of several clients the first with the best builder for this engine. */
export function chooseClient(
  { candidates, plain }: ClientLooks,
  engine: EngineFacts["name"],
): Fact<ClientFacts> {
  const usable = candidates.flatMap((look) => (look.known ? clientsOf(look.value, engine) : []));
  const best = usable.reduce<Client | undefined>(
    (chosen, next) =>
      chosen === undefined || order.indexOf(next.builder) < order.indexOf(chosen.builder) ? next : chosen,
    undefined,
  );
  if (best !== undefined) {
    const [first] = plain?.known ? clientsOf(plain.value, engine) : [];
    return known({
      ...best,
      plainBuilder: plain === undefined ? best.builder : (first?.builder ?? "legacy"),
    });
  }
  const whys = candidates.flatMap((look) =>
    look.known ? `${look.value.path} is podman's and cannot build for docker` : look.why,
  );
  return unknown(whys.length > 0 ? whys.join("; ") : "there is no docker or podman command on PATH");
}

type Client = Omit<ClientFacts, "plainBuilder">;

const order: readonly ClientFacts["builder"][] = ["buildx", "buildkit", "buildah", "legacy"];

async function lookAtClient(
  file: string,
  { runner, environment, bounds }: ClientProbe,
): Promise<Fact<ClientLook>> {
  const run = (args: readonly string[], signal: AbortSignal) =>
    runner.run({ command: file, args, env: environment }, { signal });
  const look = await bounded(bounds, async (signal) => {
    const [version, buildx] = await Promise.all([
      run(["--version"], signal),
      run(["buildx", "version"], signal),
    ]);
    const [, program, number] =
      /\b(docker|podman)(?:-remote)? version ([0-9][^\s,]*)/i.exec(version.stdout) ?? [];
    if (version.exitCode !== 0 || program === undefined || number === undefined) {
      throw new Error("`--version` does not answer as a docker or podman client does");
    }
    return {
      path: file,
      program: /podman/i.test(program) ? ("podman" as const) : ("docker" as const),
      version: number,
      buildx: buildx.exitCode === 0,
    };
  });
  return look.known ? look : unknown(`${file}: ${look.why}`);
}

function clientsOf(look: ClientLook, engine: EngineFacts["name"]): Client[] {
  const { path, program, version } = look;
  // Podman's own `buildx` is another name of `podman build`.
  if (program === "podman") return engine === "podman" ? [{ path, version, builder: "buildah" }] : [];
  // Podman's Docker-compatible service speaks the legacy builder's protocol only.
  if (engine === "podman") return [{ path, version, builder: "legacy" }];
  return [{ path, version, builder: look.buildx ? "buildx" : hasBuildKit(version) ? "buildkit" : "legacy" }];
}

/** Clients 18.09 to 22 have BuildKit's client built in; from 23 on `DOCKER_BUILDKIT=1` needs the plugin. */
function hasBuildKit(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return (major === 18 && minor >= 9) || (major > 18 && major < 23);
}
