import { SygaldryError } from "../../../base/errors.ts";
import type { RunRequest } from "../../runner.ts";

/** What executes a job's command on Slurm's node: the node itself, or a container there, by what the site offers. */
export type SlurmPlace =
  | { readonly kind: "command" }
  | {
      readonly kind: "apptainer" | "podman" | "docker";
      /** Apptainer: a .sif file or `docker://…`; the others: an image's name. */
      readonly image: string;
      readonly mounts: readonly PlaceMount[];
      readonly gpu: boolean;
      /**
       * Podman and Docker: names of the variables that the container gets from around it; of the others only Slurm's own,
       * for a PATH or HOME of the host means nothing there. Apptainer hands everything on.
       */
      readonly variables: readonly string[];
      /** Docker: `UID:GID` of whoever the files shall belong to. The others run as the user by themselves. */
      readonly user?: string | undefined;
    };

interface PlaceMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface OnNode {
  readonly argv: readonly string[];
  /** Where the node starts it; of a container's client the run's own folder. */
  readonly cwd: string | undefined;
  /** The client of a container engine, which writes its container's id to `containerFile`. */
  readonly engine?: string;
}

/** In the run's folder on the node; of an array each task has its own. */
export const containerFile = "container.id";

/** What the node executes, so that the command runs with its arguments, folder and environment at its place. Pure. */
export function onNode(place: SlurmPlace, request: RunRequest): OnNode {
  switch (place.kind) {
    case "command":
      return { argv: request.argv, cwd: request.cwd };
    case "apptainer": {
      const gpu = place.gpu ? ["--nv"] : [];
      // Its environment is the one around it.
      const options = [...gpu, ...mountOptions(place.mounts, "ro"), "--pwd", request.cwd];
      return {
        argv: ["apptainer", "exec", ...options, checkedImage(place.image), ...request.argv],
        cwd: undefined,
      };
    }
    case "podman": {
      const gpu = place.gpu ? ["--device", "nvidia.com/gpu=all"] : [];
      const options = [...gpu, "--userns=keep-id", ...mountOptions(place.mounts, "readonly")];
      return engineRun(place, options, request);
    }
    case "docker": {
      const gpu = place.gpu ? ["--gpus", "all"] : [];
      const user = place.user === undefined ? [] : ["--user", place.user];
      return engineRun(place, [...gpu, ...user, ...mountOptions(place.mounts, "readonly")], request);
    }
  }
}

function engineRun(
  { kind: engine, image, variables }: Extract<SlurmPlace, { readonly image: string }>,
  options: readonly string[],
  request: RunRequest,
): OnNode {
  // Only names: the engine's client takes the values from its own environment.
  const env = [...variables, ...fromSlurm].flatMap((variable) => ["--env", variable]);
  const run = [
    "run",
    "--rm",
    "--init",
    "--cidfile",
    containerFile,
    "--network=host",
    "--workdir",
    request.cwd,
  ];
  return {
    argv: [engine, ...run, ...env, ...options, checkedImage(image), ...request.argv],
    cwd: undefined,
    engine,
  };
}

/** What a command wants to know of its place in Slurm, and which GPUs are its. */
const fromSlurm = [
  ...["SYGALDRY_JOB_RUN", "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_CPUS_PER_TASK"],
  ...["SLURM_JOB_NODELIST", "SLURM_NTASKS", "CUDA_VISIBLE_DEVICES"],
];

function mountOptions(mounts: readonly PlaceMount[], readOnly: string): readonly string[] {
  return mounts.flatMap(({ source, target, ...mount }) => {
    const fields = [
      "type=bind",
      `source=${source}`,
      `target=${target}`,
      ...(mount.readOnly ? [readOnly] : []),
    ];
    return ["--mount", fields.map(csvField).join(",")];
  });
}

/** `--mount` is a line of CSV. */
function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function checkedImage(image: string): string {
  if (image !== "" && !image.startsWith("-")) return image;
  throw new SygaldryError("SYG-USAGE", `${JSON.stringify(image)} cannot be an image`);
}
