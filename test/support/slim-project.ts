import { expect } from "vitest";
import { z } from "zod";
import { type SygaldryOptions, type SygaldryResult, sygaldry } from "./cli.ts";
import { baseImage, docker } from "./docker.ts";
import type { TestUser } from "./users.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** The configuration that builds fastest: the test image, and of the tools only the Node of the distribution. */
export const slim = {
  image: { base: baseImage },
  mirrors: { apt: "host" },
  tools: { python: "off", rust: "off", go: "off", bazel: "off", spack: "off", uv: "off", node: "distro" },
};

const upResult = z.object({
  action: z.string(),
  reason: z.string(),
  containerId: z.string(),
  logFile: z.string().optional(),
});

export type UpJson = z.infer<typeof upResult>;

type Environment = NonNullable<SygaldryOptions["env"]>;

/** A temporary project on this machine's Docker, whose commands run as its owner with its own storage. */
export interface SlimProject extends AsyncDisposable {
  readonly workspace: Workspace;
  /** Writes sygaldry.yaml anew. */
  configure(config: object): Promise<void>;
  run(args: readonly string[], env?: Environment): Promise<SygaldryResult>;
  /** `sygaldry up --json`, which must succeed. */
  up(args?: readonly string[], env?: Environment): Promise<UpJson>;
  /** Runs a shell script in the container by `sygaldry exec`; it must end with 0. Returns its stdout, trimmed. */
  inside(script: string): Promise<string>;
}

export interface SlimProjectOptions {
  readonly config: object;
  readonly files?: Readonly<Record<string, string>>;
  /** Default: this process's user. */
  readonly owner?: TestUser;
  /** Added to the environment of every command. */
  readonly env?: Environment;
}

export async function createSlimProject(options: SlimProjectOptions): Promise<SlimProject> {
  const { config, owner, files } = options;
  const workspace = await createWorkspace({
    config: JSON.stringify(config),
    ...(owner === undefined ? {} : { owner }),
    ...(files === undefined ? {} : { files }),
  });
  const { home, storage } = workspace;
  const own = { SYGALDRY_CONTAINER_ROOT: storage, HOME: home, TMPDIR: home, ...options.env };
  const run = (args: readonly string[], env?: Environment) =>
    sygaldry(args, {
      cwd: workspace.path,
      env: { ...own, ...env },
      ...(owner === undefined ? {} : { user: { ...owner, home } }),
    });
  return {
    workspace,
    run,
    configure: (changed) => workspace.write({ "sygaldry.yaml": JSON.stringify(changed) }),
    up: async (args = [], env = {}) => {
      const result = await run(["up", "--json", ...args], env);
      expect(result.exitCode, result.stderr).toBe(0);
      return upResult.parse(result.json());
    },
    inside: async (script) => {
      const result = await run(["exec", "--", "sh", "-ec", script]);
      expect(result.exitCode, result.stdout + result.stderr).toBe(0);
      return result.stdout.trim();
    },
    [Symbol.asyncDispose]: async () => {
      await removeContainersOf(workspace.path);
      await workspace.dispose();
    },
  };
}

/** Removes the dev containers of a folder, with their anonymous volumes. */
export async function removeContainersOf(folder: string): Promise<void> {
  const { stdout } = await docker(["ps", "-aq", "--filter", `label=devcontainer.local_folder=${folder}`]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length > 0) await docker(["rm", "-f", "-v", ...ids]);
}
