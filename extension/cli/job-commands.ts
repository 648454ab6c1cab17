import { InvalidArgumentError, Option } from "commander";
import { parseDuration, parseSize } from "../core/base/amounts.ts";
import type { CommandDefinition } from "./command-definition.ts";
import { collect, wholeNumber } from "./option-values.ts";

const name = "the job's name";

/** `sygaldry job …` */
export const jobCommands: readonly CommandDefinition[] = [
  {
    name: "run",
    description: "start a command as a job that outlives this terminal: sygaldry job run -- CMD…",
    define: (command) =>
      command
        .argument("<command...>", "the command and its arguments, passed as given")
        .option("-n, --name <name>", "what the job is called (default: after the command)")
        .option("--timeout <time>", "end an attempt that takes longer (90, 30s, 15m, 8h, 2d)", timeLimit)
        .option("--retries <count>", "how often to try again after a failure", wholeNumber, 0)
        .option("--retry-delay <time>", "time between two attempts", duration, 10)
        .option("--after <job>", "start when this job is done (repeatable)", collect, [])
        .option("-e, --env <name=value>", "variable to set (repeatable)", collect, [])
        .option("--cwd <folder>", "working directory (default: this one; of a container its own)")
        .option("--shell", "the arguments are one line for /bin/sh")
        .option("--attach", "show its output, and exit as it does; Ctrl-C stops it")
        .option("--grace <time>", "time between TERM and KILL when it is stopped", duration, 10)
        .addOption(
          new Option("--on <place>", "where it runs: here, in the project's container, on the site's Slurm")
            .choices(["process", "container", "slurm"])
            .default("process"),
        )
        .option("--cpus <count>", "of Slurm: CPUs", wholeNumber)
        .option("--mem <size>", "of Slurm: memory (800M, 16G)")
        .option("--gpus <count>", "of Slurm: GPUs, also with their type (2, a100:2)")
        .option("--time <time>", "of Slurm: time at work, without that in the queue", duration)
        .option("--partition <name>", "of Slurm: the part of the site")
        .option("--account <name>", "of Slurm: who pays")
        .option("--qos <name>", "of Slurm: quality of service")
        .option("--array <tasks>", "of Slurm: run once for each number (0-9, 1,3,7-9%2)")
        .option(
          "--within <engine:image>",
          "of Slurm: run in a container of apptainer, podman or docker on the node",
        )
        .option(
          "--mount <source:target[:ro]>",
          "of --within: show it this folder too (repeatable)",
          collect,
          [],
        )
        .passThroughOptions(),
    load: async () => (await import("./commands/job/run.ts")).run,
  },
  {
    name: "list",
    description: "the project's jobs: state, progress, time, command",
    define: (command) =>
      command.addOption(new Option("--state <state>", "only these (repeatable)").argParser(collectState)),
    load: async () => (await import("./commands/job/list.ts")).list,
  },
  {
    name: "status",
    description: "the state of one job, from one small file; or of all",
    define: (command) => command.argument("[name]", name),
    load: async () => (await import("./commands/job/status.ts")).status,
  },
  {
    name: "tail",
    description: "the last lines of a job's log",
    define: (command) =>
      command
        .argument("<name>", name)
        .option("-f, --follow", "go on until it ends")
        .option("-n, --lines <count>", "so many (default: 20)", wholeNumber)
        .option("--since <time>", "nothing older: 10m, 2h, or an ISO 8601 time", sinceTime)
        .option("--event <event>", "only these: output, heartbeat, progress, end … (repeatable)", collect, [])
        .option("--run <run>", "an earlier run, as `job logs` names them"),
    load: async () => (await import("./commands/job/tail.ts")).tail,
  },
  {
    name: "wait",
    description: "wait until jobs have ended; exits as the first that failed",
    define: (command) =>
      command
        .argument("<name...>", name)
        .option("--timeout <time>", "wait no longer (exit code 1)", duration),
    load: async () => (await import("./commands/job/wait.ts")).wait,
  },
  {
    name: "stop",
    description: "end a job with all its processes",
    define: (command) =>
      command.argument("<name...>", name).option("--grace <time>", "for what a lost job left", duration, 10),
    load: async () => (await import("./commands/job/stop.ts")).stop,
  },
  {
    name: "adopt",
    description: "look after a job on Slurm again whose supervisor is gone",
    define: (command) =>
      command
        .argument("<name>", name)
        .option("--grace <time>", "time between TERM and KILL when it is stopped", duration, 10),
    load: async () => (await import("./commands/job/adopt.ts")).adopt,
  },
  {
    name: "health",
    description: "whether jobs really are what they say; exits 1 when one is not",
    define: (command) => command.argument("[name]", name),
    load: async () => (await import("./commands/job/health.ts")).health,
  },
  {
    name: "logs",
    description: "the runs of a job and their logs",
    define: (command) => command.argument("<name>", name),
    load: async () => (await import("./commands/job/logs.ts")).logs,
  },
  {
    name: "prune",
    description: "remove the logs of runs that have ended",
    define: (command) =>
      command
        .option(
          "--older-than <time>",
          "that ended so long ago (default, without any limit: jobs.retention of sygaldry.yaml, else 30d)",
          duration,
        )
        .option("--keep <count>", "all but so many of each job", wholeNumber)
        .option("--max-size <size>", "the oldest, until all logs have no more than this (500MB, 2GB)", size)
        .option("--dry-run", "say what would be removed"),
    load: async () => (await import("./commands/job/prune.ts")).prune,
  },
];

const states = ["START", "PROGRESS", "DONE", "FAILED", "STOPPED", "LOST"];

function collectState(value: string, before: readonly string[] | undefined): readonly string[] {
  const state = value.toUpperCase();
  if (!states.includes(state)) throw new InvalidArgumentError(`It must be one of ${states.join(", ")}.`);
  return [...(before ?? []), state];
}

function duration(value: string): number {
  const seconds = parseDuration(value);
  if (seconds === undefined || !Number.isFinite(seconds))
    throw new InvalidArgumentError("Write a time like 90, 30s, 15m, 8h or 2d.");
  return seconds;
}

function timeLimit(value: string): number {
  const seconds = duration(value);
  if (seconds === 0) throw new InvalidArgumentError("Nothing ends in no time. Leave it out for no limit.");
  return seconds;
}

function size(value: string): number {
  const bytes = parseSize(value);
  if (bytes === undefined) throw new InvalidArgumentError("Write a size like 500MB or 2GB.");
  return bytes;
}

/** Milliseconds since 1970. */
function sinceTime(value: string): number {
  const seconds = parseDuration(value);
  if (seconds !== undefined) return Date.now() - seconds * 1000;
  const time = Date.parse(value);
  if (Number.isNaN(time))
    throw new InvalidArgumentError("Write 10m, 2h, or a time like 2026-01-31T12:00:00Z.");
  return time;
}
