import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

/** An apt-based image with bash, made by the test harness before the tests start. */
export const baseImage = process.env["SYGALDRY_TEST_BASE"] ?? "sygaldry-test-base";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; default: this process's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a program to its end, whatever its exit code. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      [...args],
      {
        maxBuffer: 64 * 1024 * 1024,
        ...(options.cwd ? { cwd: options.cwd } : {}),
        env: options.env ?? process.env,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 255;
        resolve({ code, stdout, stderr });
      },
    );
    // A program may end without having read its input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input);
  });
}

/** Docker tests are left out where there is no engine or base image, except in CI, where they fail. */
export async function withoutDocker(): Promise<boolean> {
  if (process.env["CI"] === "true") return false;
  return (await run("docker", ["image", "inspect", baseImage])).code !== 0;
}

export interface Container {
  readonly name: string;
  /** Runs a script as root with `sh -e`; throws unless it ends with 0. */
  readonly sh: (script: string) => Promise<string>;
  readonly exec: (args: readonly string[], flags?: readonly string[]) => Promise<Outcome>;
}

/** A container of the base image, removed after the test, that sees container/ of this repository at /sygaldry. */
export async function startContainer(flags: readonly string[] = []): Promise<Container> {
  const name = `sygaldry-test-${randomUUID()}`;
  onTestFinished(async () => {
    await run("docker", ["rm", "--force", "--volumes", name]);
  });
  const mount = `${path.join(repository, "container")}:/sygaldry:ro`;
  const started = await run("docker", [
    ...["run", "--detach", "--init", "--network", "none", "--name", name, "--volume", mount, ...flags],
    ...[baseImage, "sleep", "infinity"],
  ]);
  if (started.code !== 0) throw new Error(started.stderr);
  const exec = (args: readonly string[], execFlags: readonly string[] = []) =>
    run("docker", ["exec", ...execFlags, name, ...args]);
  return {
    name,
    exec,
    async sh(script) {
      const outcome = await exec(["sh", "-ec", script]);
      if (outcome.code !== 0)
        throw new Error(`exit code ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
      return outcome.stdout;
    },
  };
}

/** A folder of its own for the test, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "sygaldry-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below `folder`, by relative path; those that begin with #! become executable. */
export async function writeTree(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    if (text.startsWith("#!")) await chmod(file, 0o755);
  }
}

/** A stand-in program that appends its name and arguments to the file $CALLS, then does `body` (sh). */
export function recorder(body = ""): string {
  return `#!/bin/sh\n{ printf '%s' "\${0##*/}"; printf ' <%s>' "$@"; printf '\\n'; } >>"$CALLS"\n${body}\n`;
}

/** The lines that recorders wrote. */
export async function callsIn(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
