import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import type { SlurmRequest } from "../../../core/jobs/supervisor/request.ts";

type Within = NonNullable<SlurmRequest["within"]>;

export interface WithinOptions {
  /** `ENGINE:IMAGE`. */
  readonly within: string | undefined;
  /** `SOURCE:TARGET[:ro]` each. */
  readonly mounts: readonly string[];
  readonly gpu: boolean;
  /** Of the variables that are set for the job. */
  readonly variables: readonly string[];
  readonly cwd: string;
}

/**
 * The container in which a job runs on Slurm's node, the working directory at the same path in it; undefined when none was
 * asked for. Throws SYG-USAGE.
 */
export function withinOf({ within, mounts, gpu, variables, cwd }: WithinOptions): Within | undefined {
  if (within === undefined) {
    if (mounts.length === 0) return undefined;
    throw new SygaldryError("SYG-USAGE", "--mount is for jobs in a container", { next: "Add --within." });
  }
  const [, engine, image = ""] = /^(apptainer|podman|docker):(.+)$/.exec(within) ?? [];
  const kind = (["apptainer", "podman", "docker"] as const).find((one) => one === engine);
  if (kind === undefined || /^-|\s/.test(image)) {
    throw new SygaldryError("SYG-USAGE", `--within: ${JSON.stringify(within)} names no container`, {
      next: "Write ENGINE:IMAGE with apptainer, podman or docker, like docker:python:3.12 or apptainer:/images/train.sif.",
    });
  }
  const wanted = mounts.map(mountOf);
  const own = wanted.some(({ target }) => target === cwd)
    ? []
    : [{ source: cwd, target: cwd, readOnly: false }];
  return {
    ...{ kind, image, gpu, variables: [...variables], mounts: [...own, ...wanted] },
    // The others run as the user by themselves.
    ...(kind === "docker" ? { user: `${process.getuid?.()}:${process.getgid?.()}` } : {}),
  };
}

function mountOf(text: string): Within["mounts"][number] {
  const [, source = "", target = "", mode] = /^([^:]+):([^:]+?)(?::(ro|rw))?$/.exec(text) ?? [];
  if (path.isAbsolute(source) && path.isAbsolute(target)) {
    return { source, target: path.normalize(target), readOnly: mode === "ro" };
  }
  throw new SygaldryError("SYG-USAGE", `--mount: ${JSON.stringify(text)} is no mount`, {
    next: "Write SOURCE:TARGET or SOURCE:TARGET:ro with absolute paths, like /data:/data:ro.",
  });
}
