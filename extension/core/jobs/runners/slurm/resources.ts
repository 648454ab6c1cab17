import { SygaldryError } from "../../../base/errors.ts";

/** What a run asks of Slurm; what is absent is the site's default. */
export interface SlurmResources {
  readonly cpus?: number | undefined;
  /** As sbatch takes it: `800M`, `16G`. */
  readonly mem?: string | undefined;
  /** How many GPUs on each node, or `TYPE:NUMBER`. */
  readonly gpus?: string | undefined;
  /** Seconds; Slurm counts in minutes, rounded up. */
  readonly time?: number | undefined;
  readonly partition?: string | undefined;
  readonly account?: string | undefined;
  readonly qos?: string | undefined;
  readonly constraint?: string | undefined;
  /** Default 1. The command runs once, on the first; `srun` inside it uses all. */
  readonly nodes?: number | undefined;
  /** How many tasks `srun` inside the command starts. */
  readonly tasks?: number | undefined;
}

/** The options of sbatch. Throws SYG-USAGE for a value that sbatch could take for something else. */
export function resourceOptions(resources: SlurmResources): readonly string[] {
  const { cpus, mem, gpus, time, partition, account, qos, constraint, nodes, tasks } = resources;
  return [
    `--nodes=${count("nodes", nodes ?? 1)}`,
    ...(tasks === undefined ? [] : [`--ntasks=${count("tasks", tasks)}`]),
    ...(cpus === undefined ? [] : [`--cpus-per-task=${count("cpus", cpus)}`]),
    ...(mem === undefined ? [] : [`--mem=${matching("mem", mem, /^\d{1,12}[KMGT]?$/, "16G")}`]),
    ...(gpus === undefined ? [] : [`--gres=gpu:${matching("gpus", gpus, gpuPattern, "2 or a100:2")}`]),
    ...(time === undefined ? [] : [`--time=${slurmTime(time)}`]),
    ...word("partition", partition),
    ...word("account", account),
    ...word("qos", qos),
    ...(constraint === undefined
      ? []
      : [`--constraint=${matching("constraint", constraint, /^[\w.:*|&()[\],-]{1,200}$/, "a100&nvlink")}`]),
  ];
}

/** `D-HH:MM:SS`. */
export function slurmTime(seconds: number): string {
  if (!(seconds >= 1 && seconds < 86_400 * 36_500)) throw unusable("time", String(seconds), "90m");
  const whole = Math.ceil(seconds);
  const part = (of: number) => String(of).padStart(2, "0");
  const clock = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60].map(part).join(":");
  return `${Math.floor(whole / 86_400)}-${clock}`;
}

const gpuPattern = /^(?:[A-Za-z][\w.-]{0,60}:)?[1-9]\d{0,4}$/;

function count(name: string, value: number): string {
  if (Number.isInteger(value) && value > 0 && value < 1e6) return String(value);
  throw unusable(name, String(value), "4");
}

function word(name: string, value: string | undefined): readonly string[] {
  return value === undefined
    ? []
    : [`--${name}=${matching(name, value, /^[A-Za-z0-9_][\w.,@+-]{0,200}$/, "debug")}`];
}

function matching(name: string, value: string, pattern: RegExp, example: string): string {
  if (pattern.test(value)) return value;
  throw unusable(name, value, example);
}

function unusable(name: string, value: string, example: string): SygaldryError {
  return new SygaldryError("SYG-USAGE", `${JSON.stringify(value.slice(0, 60))} is no ${name} for Slurm`, {
    next: `Give it like ${example}.`,
  });
}
