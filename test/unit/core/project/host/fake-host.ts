import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import type { EngineProbe } from "../../../../../extension/core/project/host/engine.ts";
import type { HostPaths } from "../../../../../extension/core/project/host/host-paths.ts";
import type { Environment } from "../../../../../extension/core/project/overrides.ts";

/** A folder that stands for a machine: programs on its PATH, files where the probes look. */
export interface FakeHost extends AsyncDisposable {
  readonly folder: string;
  readonly environment: Environment;
  readonly paths: HostPaths;
  at(...names: readonly string[]): string;
  write(name: string, text: string): Promise<void>;
  /** An executable shell script, in `bin` unless the name holds a folder. */
  program(name: string, script: string): Promise<string>;
}

export async function fakeHost(): Promise<FakeHost> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "sygaldry-host-")));
  const at = (...names: readonly string[]) => path.join(folder, ...names);
  const write = async (name: string, text: string, mode = 0o644) => {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), text, { mode });
  };
  return {
    folder,
    environment: { PATH: `${at("bin")}:${at("bin2")}`, HOME: at("home") },
    paths: {
      kernelVersion: at("version"),
      nvidiaDriver: at("nvidia"),
      nvidiaSmi: [at("wsl", "nvidia-smi")],
      cdi: [at("etc-cdi"), at("run-cdi")],
    },
    at,
    write: (name, text) => write(name, text),
    async program(name, script) {
      const file = name.includes("/") ? name : `bin/${name}`;
      await write(file, `#!/bin/sh\nPATH=/usr/local/bin:/usr/bin:/bin\n${script}\n`, 0o755);
      return at(file);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

type Version = Awaited<ReturnType<EngineProbe["version"]>>;
type Info = Awaited<ReturnType<EngineProbe["info"]>>;

/** An engine of this machine, with what a test changes. */
export function fakeEngine(change: Partial<Version> & Partial<Info> = {}): EngineProbe {
  const { version = "28.2.2", apiVersion = "1.50", platform = "Docker Engine - Community", ...info } = change;
  return {
    version: async () => ({ version, apiVersion, platform }),
    info: async () => ({
      operatingSystem: "Debian GNU/Linux 12 (bookworm)",
      storageDriver: "overlay2",
      rootDirectory: "/",
      securityOptions: ["name=seccomp,profile=default"],
      runtimes: ["runc"],
      cdiDevices: [],
      name: hostname(),
      ...info,
    }),
  };
}

/** An engine that never answers, whatever the signal. */
export const hungEngine: EngineProbe = {
  version: () => new Promise(() => {}),
  info: () => new Promise(() => {}),
};
