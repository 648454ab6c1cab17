import path from "node:path";
import * as z from "zod";
import type { LogRotation, Retention } from "../settings.ts";

const withinSchema = z.strictObject({
  kind: z.enum(["apptainer", "podman", "docker"]),
  image: z.string(),
  mounts: z.array(z.strictObject({ source: z.string(), target: z.string(), readOnly: z.boolean() })),
  gpu: z.boolean(),
  variables: z.array(z.string()),
  user: z.string().optional(),
});

const slurmSchema = z.strictObject({
  cpus: z.number().optional(),
  mem: z.string().optional(),
  gpus: z.string().optional(),
  time: z.number().optional(),
  partition: z.string().optional(),
  account: z.string().optional(),
  qos: z.string().optional(),
  array: z.string().optional(),
  within: withinSchema.optional(),
});

const requestSchema = z.strictObject({
  folder: z.string().refine((folder) => path.isAbsolute(folder)),
  job: z.string(),
  chosen: z.boolean(),
  argv: z.array(z.string()).min(1),
  cwd: z.string().refine((folder) => path.isAbsolute(folder)),
  env: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  timeout: z.number().positive().optional(),
  adopt: z.boolean().optional(),
  retries: z.int().nonnegative(),
  retryDelay: z.number().nonnegative(),
  after: z.array(z.strictObject({ job: z.string(), run: z.string().optional() })),
  grace: z.number().nonnegative(),
  every: z.number().positive(),
  diskPatience: z.number().nonnegative(),
  container: z.strictObject({ root: z.string() }).optional(),
  slurm: slurmSchema.optional(),
  logs: z.strictObject({ maxSize: z.number().positive(), parts: z.int().positive() }).optional(),
  retention: z
    .strictObject({
      maxAge: z.number().positive().optional(),
      maxSize: z.number().positive().optional(),
      keep: z.int().positive().optional(),
    })
    .optional(),
});

/** What a supervisor is to do. Comes on its stdin, for it may hold secrets; all times are seconds. */
export interface SupervisorRequest {
  readonly folder: string;
  readonly job: string;
  /** The user chose the name; else a number is added while a job of that name is at work. */
  readonly chosen: boolean;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The command's whole environment; see RunRequest. */
  readonly env: Readonly<Record<string, string>>;
  /** Values that neither log nor status may hold. */
  readonly secrets: readonly string[];
  /** Takes over a lost run of the job (see adoptable), whose command and folder are in its status, instead of starting one. */
  readonly adopt?: boolean | undefined;
  /** Of one attempt. */
  readonly timeout?: number | undefined;
  readonly retries: number;
  readonly retryDelay: number;
  /** Jobs, and which of their runs, that must be DONE first. */
  readonly after: readonly { readonly job: string; readonly run?: string | undefined }[];
  /** Between TERM and KILL. */
  readonly grace: number;
  /** Between two heartbeats. */
  readonly every: number;
  /** How long the command is held up by a full disk until it is ended. */
  readonly diskPatience: number;
  /** It runs in the dev container of the checkout at `root`; `cwd` is the container's, `env` is added to what it has. */
  readonly container?: { readonly root: string } | undefined;
  /** It runs as a batch job of the site's Slurm, with what is asked for here; `time` in seconds. */
  readonly slurm?: SlurmRequest | undefined;
  /** When its log goes on in a new file. */
  readonly logs?: LogRotation | undefined;
  /** Which runs of the folder are removed when it has ended. */
  readonly retention?: Retention | undefined;
}

/** See SlurmResources and arrayTasks, which judge the values, and SlurmPlace. */
export type SlurmRequest = z.infer<typeof slurmSchema>;

export function parseRequest(text: string): SupervisorRequest {
  return requestSchema.parse(JSON.parse(text));
}
