import { spawnSync } from "node:child_process";
import { existsSync, readlinkSync } from "node:fs";
import { describe, it } from "vitest";
import { missingCgroup2, missingMemoryCgroup } from "./cgroups.ts";
import { findBuildKitClient } from "./docker-clients.ts";
import { libfaketime } from "./faketime.ts";
import { namespaces } from "./private-dockerd.ts";
import { spackRoot } from "./spack-root.ts";
import { uvFolder } from "./uv.ts";

/** What a test may need beyond Node and this repository, each with a probe that says why it is missing. */
interface Need {
  /** The reason why it is missing, or undefined when it is there. */
  readonly missing: () => string | undefined;
  /** Debian and Ubuntu have it: with CI=true its absence is a failure, never a skip. */
  readonly distribution: boolean;
}

const catalogue = {
  linux: other(() => (process.platform === "linux" ? undefined : `this is ${process.platform}, not Linux`)),
  root: other(() => (process.getuid?.() === 0 ? undefined : "only root can run commands as other users")),
  cgroup2: other(missingCgroup2),
  "memory-cgroup": other(missingMemoryCgroup),
  // Whose process ids are those that drivers know.
  "host-pids": other(() =>
    readlinkSync("/proc/self/ns/pid") === "pid:[4026531836]"
      ? undefined
      : "this is a pid namespace of its own",
  ),
  docker: distribution(missingDocker),
  dockerd: distribution(
    () => missingProgram("dockerd", ["--version"]) ?? missingProgram("unshare", [...namespaces, "true"]),
  ),
  buildkit: distribution(
    () => missingDocker() ?? (findBuildKitClient() ? undefined : "no docker client has BuildKit"),
  ),
  base: distribution(() => missingDocker() ?? missingImage("sygaldry-test-base", "test/run.sh makes it")),
  // Of Debian unstable, which changes every day and may lack it.
  bazel: other(missingBazel),
  "bazel-examples": other(() => missingBazel() ?? missingForExamples()),
  ubuntu: other(missingUbuntu),
  "devcontainer-schema": other(() =>
    existsSync(process.env["SYGALDRY_DEVCONTAINER_SCHEMA"] ?? "")
      ? undefined
      : "SYGALDRY_DEVCONTAINER_SCHEMA names no copy of schemas/devContainer.base.schema.json of devcontainers/spec",
  ),
  gpu: other(() => missingProgram("nvidia-smi", ["-L"])),
  bash: distribution(() => missingProgram("bash", ["--version"])),
  dash: distribution(() => missingProgram("dash", ["-c", "true"])),
  fish: distribution(() => missingProgram("fish", ["--version"])),
  tcsh: distribution(() => missingProgram("tcsh", ["--version"])),
  curl: distribution(() => missingProgram("curl", ["--version"])),
  "docker-registry": distribution(() => missingProgram("docker-registry", ["--version"])),
  debootstrap: distribution(() => missingProgram("debootstrap", ["--version"])),
  git: distribution(() => missingProgram("git", ["--version"])),
  // Of the Python index, by the machine's pip.
  uv: other(() => (uvFolder() === undefined ? "pip cannot get uv from the Python index" : undefined)),
  openssl: distribution(() => missingProgram("openssl", ["version"])),
  // The system's own, as the reaper of a job's processes takes it.
  perl: distribution(() => missingProgram("/usr/bin/perl", ["-e", "1"])),
  ps: distribution(() => missingProgram("ps", ["--version"])),
  python3: distribution(() => missingProgram("python3", ["--version"])),
  setpriv: distribution(() => missingProgram("setpriv", ["--version"])),
  shellcheck: distribution(() => missingProgram("shellcheck", ["--version"])),
  shfmt: distribution(() => missingProgram("shfmt", ["--version"])),
  faketime: distribution(() => (libfaketime() === undefined ? "libfaketime is not installed" : undefined)),
  // What test/support/slurm.ts starts: the programs of slurmd and slurmctld are not on every PATH.
  slurm: distribution(missingSlurm),
  spack: other(() =>
    spackRoot() === undefined ? "SPACK_ROOT names no Spack, and there is none at /opt/spack_src" : undefined,
  ),
} as const satisfies Record<string, Need>;

export type Requirement = keyof typeof catalogue;

type Suite = (title: string, body: () => void) => void;

/**
 * `describe` where all that is named is there. Otherwise a suite whose tests are skipped, with the reason in its
 * metadata for reporter.ts; or, with CI=true and something missing that the distribution has, a suite that fails.
 */
export function requires(...names: readonly Requirement[]): Suite {
  const missing = names.flatMap((name) => {
    const reason = probe(name);
    return reason === undefined ? [] : [{ name, reason }];
  });
  if (missing.length === 0) return (title, body) => void describe(title, body);
  const why = explain(missing);
  if (mustBeThere(missing.map(({ name }) => name))) return (title) => failing(title, why);
  return (title, body) => void describe(title, { skip: true, meta: { skipReason: why } }, body);
}

/** Each reason once, with all that it keeps from being there. */
function explain(missing: readonly { readonly name: Requirement; readonly reason: string }[]): string {
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  const names = (of: string) => missing.filter(({ reason }) => reason === of).map(({ name }) => name);
  return reasons.map((reason) => `needs ${names(reason).join(", ")}: ${reason}`).join("; ");
}

/** Whether the absence of one of these is a failure here. */
export function mustBeThere(missing: readonly Requirement[], ci = process.env["CI"]): boolean {
  return ci === "true" && missing.some((name) => catalogue[name].distribution);
}

function failing(title: string, why: string): void {
  describe(title, () => {
    it("has what it needs", () => {
      throw new Error(`${why} (with CI=true it must be installed: see tools/setup-host.sh)`);
    });
  });
}

const probed = new Map<Requirement, string | undefined>();

function probe(name: Requirement): string | undefined {
  if (!probed.has(name)) probed.set(name, catalogue[name].missing());
  return probed.get(name);
}

function distribution(missing: () => string | undefined): Need {
  return { missing, distribution: true };
}

function other(missing: () => string | undefined): Need {
  return { missing, distribution: false };
}

function missingProgram(program: string, args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync(program, [...args], { encoding: "utf8", timeout: 20_000 });
  if (error !== undefined) return `${program} cannot be started (${error.message})`;
  return status === 0 ? undefined : `${program} ${args.join(" ")} exits with ${status}: ${stderr.trim()}`;
}

function missingDocker(): string | undefined {
  const { error, status, stderr } = spawnSync("docker", ["version"], { encoding: "utf8", timeout: 20_000 });
  if (error !== undefined) return `docker cannot be started (${error.message})`;
  if (status === 0) return undefined;
  return `no Docker engine answers (${/permission denied/.test(stderr) ? "permission denied" : stderr.trim().split("\n")[0]})`;
}

function missingImage(image: string, hint: string): string | undefined {
  const { status } = spawnSync("docker", ["image", "inspect", image], { stdio: "ignore", timeout: 20_000 });
  return status === 0 ? undefined : `no image ${image} (${hint})`;
}

function missingBazel(): string | undefined {
  return missingDocker() ?? missingImage("sygaldry-test-bazel", "test/run.sh makes it");
}

/** test/support/base-image.sh does without what examples/ needs where the distribution lacks it. */
function missingForExamples(): string | undefined {
  const files = ["/usr/bin/rustc", "/usr/include/gtest/gtest.h", "/usr/include/hdf5/serial/hdf5.h"];
  const numpy = "/usr/lib/python3/dist-packages/numpy";
  const check = [...files, numpy].flatMap((file) => ["-a", "-e", file]).slice(1);
  const run = ["run", "--rm", "--network=none", "sygaldry-test-bazel", "test", ...check];
  const { status } = spawnSync("docker", run, { stdio: "ignore", timeout: 60_000 });
  return status === 0
    ? undefined
    : "the image sygaldry-test-bazel was made without the packages of examples/";
}

function missingSlurm(): string | undefined {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const programs = [
    ...["sbatch", "slurmctld", "slurmd"].map((name) => [name, "-V"] as const),
    ["munged", "--version"] as const,
  ];
  for (const [program, option] of programs) {
    const { error } = spawnSync(program, [option], { env: { ...process.env, PATH: path }, timeout: 20_000 });
    if (error !== undefined) return `${program} cannot be started (${error.message})`;
  }
  const inNamespace = ["--pid", "--fork", "--mount-proc", "--kill-child=KILL", "true"];
  return process.getuid?.() === 0
    ? missingProgram("unshare", inNamespace)
    : "only root can start a Slurm of its own";
}

/** test/run.sh tries once whether the image can be pulled and says so to all. */
function missingUbuntu(): string | undefined {
  if (process.env["SYGALDRY_TEST_UBUNTU"] === "0") return "ubuntu:24.04 cannot be pulled here";
  return missingDocker() ?? missingImage("ubuntu:24.04", "docker pull ubuntu:24.04");
}
