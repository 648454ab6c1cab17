import { describe, expect, it } from "vitest";
import { SygaldryError } from "../../../../../extension/core/base/errors.ts";
import type { Command, ProcessRunner, RunOptions } from "../../../../../extension/core/base/process.ts";
import type { LockNode } from "../../../../../extension/core/spack/lockfile/lockfile.ts";
import type { InstallEvent } from "../../../../../extension/core/spack/run/events.ts";
import { installEnvironment } from "../../../../../extension/core/spack/run/install.ts";

const hash = (letter: string) => letter.repeat(32);

function node(name: string, letter: string, external = false): LockNode {
  return {
    ...{
      hash: hash(letter),
      name,
      version: "1.0",
      namespace: "demo",
      platform: "linux",
      os: "x",
      target: "y",
    },
    ...{ variants: {}, flags: {}, dependencies: [], patches: [] },
    ...{ packageHash: undefined, buildSpecHash: undefined, compiler: undefined },
    external: external ? { path: "/usr", modules: [] } : undefined,
  };
}

const nodes = new Map(
  [node("one", "a"), node("two", "b"), node("outside", "c", true)].map((one) => [one.hash, one]),
);

/** A Spack that does what `act` does. */
function spackThat(act: (options: RunOptions) => Promise<number>) {
  const commands: Command[] = [];
  const runner: ProcessRunner = {
    run: async (command, options = {}) => {
      commands.push(command);
      return { exitCode: await act(options), stdout: "", stderr: "", timedOut: false };
    },
  };
  return { runner, commands };
}

describe("installEnvironment (unit)", () => {
  const request = { spack: "spack", environment: "/e", lock: { nodes } };

  it("tells of a package its name, version and hash, and nothing else of the lock", async () => {
    const events: InstallEvent[] = [];
    const { runner } = spackThat(async ({ onLine }) => {
      onLine?.(`==> No binary for one-1.0-${hash("a")} found: installing from source`, "stdout");
      onLine?.(`[+] /store/two-1.0-${hash("b")}`, "stdout");
      return 0;
    });
    const installed = async () => new Set<string>();
    const onEvent = (event: InstallEvent) => events.push(event);
    await installEnvironment(runner, { ...request, installed, onEvent });
    expect(events).toEqual([
      {
        ...{ kind: "started", from: "source" },
        package: { name: "one", version: "1.0", hash: hash("a") },
      },
      {
        ...{ kind: "present", external: false, prefix: `/store/two-1.0-${hash("b")}` },
        package: { name: "two", version: "1.0", hash: hash("b") },
      },
    ]);
  });

  it("counts what the store gets while Spack says nothing", async () => {
    const store = new Set<string>();
    const events: InstallEvent[] = [];
    let told: (() => void) | undefined;
    const { runner } = spackThat(async () => {
      for (const letter of ["a", "b"]) {
        store.add(hash(letter));
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
      return 0;
    });
    const { progress } = await installEnvironment(runner, {
      ...request,
      silence: 5,
      installed: async () => new Set(store),
      onEvent: (event) => {
        events.push(event);
        told?.();
      },
    });
    expect(progress).toMatchObject({ total: 2, done: 2, running: 0 });
    expect(
      events.map((event) => ("package" in event ? `${event.kind} ${event.package?.name}` : event.kind)),
    ).toEqual(["installed one", "installed two"]);
  });

  it("goes on when the store cannot be read for a while", async () => {
    let asked = 0;
    const { runner } = spackThat(async ({ onLine }) => {
      while (asked < 4) await new Promise((resolve) => setTimeout(resolve, 2));
      onLine?.(`==> one: Successfully installed one-1.0-${hash("a")}`, "stdout");
      return 0;
    });
    const installed = async () => {
      asked += 1;
      if (asked > 1) throw new SygaldryError("SYG-FILE", "being written");
      return new Set<string>();
    };
    const { progress } = await installEnvironment(runner, { ...request, silence: 2, installed });
    expect(progress).toMatchObject({ total: 2, done: 1 });
  });

  it("throws Spack's own errors, without secrets", async () => {
    const { runner } = spackThat(async ({ onLine }) => {
      onLine?.("==> Error: cannot use oci://me:s3cret@host/x and t0ken", "stderr");
      return 1;
    });
    const lines: string[] = [];
    const installing = installEnvironment(
      runner,
      { ...request, installed: async () => new Set() },
      { secrets: ["t0ken"], onLine: (line) => void lines.push(line) },
    );
    await expect(installing).rejects.toMatchObject({
      ...{
        code: "SYG-SPACK",
        message: expect.stringMatching(/exited with 1\ncannot use oci:\/\/\*\*\*@host\/x and \*\*\*$/),
      },
      data: { exitCode: 1 },
    });
    expect(lines.join("")).not.toMatch(/s3cret|t0ken/);
  });

  it("asks for an end as from a keyboard", async () => {
    const seen: RunOptions[] = [];
    const { runner, commands } = spackThat(async (options) => {
      seen.push(options);
      return 0;
    });
    const { signal } = new AbortController();
    await installEnvironment(runner, { ...request, installed: async () => new Set(), jobs: 3 }, { signal });
    expect(seen[0]).toMatchObject({ endWith: "SIGINT", signal });
    expect(commands[0]?.args.join(" ")).toBe("--color=never --env-dir /e install --only-concrete --jobs 3");
  });
});
