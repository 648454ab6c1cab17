import type { ContainerSummary, ImageDetails } from "../engine.ts";
import {
  changedInputs,
  decodeInputs,
  describeChanges,
  type Fingerprint,
  type InputChange,
  labels,
} from "../fingerprint.ts";

/** The least that brings the container to what is asked for. */
type Action =
  /** It runs and is up to date. */
  | "nothing"
  /** It is up to date, and stopped. */
  | "start"
  /** The image is up to date; there is no container. */
  | "create"
  /** The image is up to date; the container was made for other settings, or is broken. */
  | "recreate"
  /** There is no image. */
  | "build"
  /** The image was made from other inputs. */
  | "rebuild";

export interface Decision {
  readonly action: Action;
  /** A clause for people, to go after "because". */
  readonly reason: string;
  readonly changes: readonly InputChange[];
}

/** Compares what is there with what is wanted. `unfinished`: the container's lifecycle commands failed (unfinished.ts). */
export function decide(
  container: ContainerSummary | undefined,
  image: ImageDetails | undefined,
  wanted: Fingerprint,
  { unfinished = false } = {},
): Decision {
  if (container === undefined) return decideWithoutContainer(image, wanted);
  const made = decodeInputs(container.labels[labels.inputs]);
  if (made === undefined) {
    return {
      action: "rebuild",
      reason: "the container was not made by this Sygaldry configuration",
      changes: [],
    };
  }
  if (container.labels[labels.image] !== wanted.imageDigest) {
    const changes = changedInputs(made.image, wanted.image);
    return { action: "rebuild", reason: describeChanges(changes) || "its inputs changed", changes };
  }
  if (container.labels[labels.container] !== wanted.containerDigest) {
    const changes = changedInputs(made.container, wanted.container);
    return { action: "recreate", reason: describeChanges(changes) || "its settings changed", changes };
  }
  if (unfinished)
    return { action: "recreate", reason: "its first start has not come to its end", changes: [] };
  return decideByState(container);
}

function decideWithoutContainer(image: ImageDetails | undefined, wanted: Fingerprint): Decision {
  if (image === undefined) return { action: "build", reason: "there is no image yet", changes: [] };
  if (image.labels[labels.image] === wanted.imageDigest) {
    return { action: "create", reason: "there is no container yet", changes: [] };
  }
  const changes = changedInputs(decodeInputs(image.labels[labels.inputs])?.image ?? {}, wanted.image);
  return { action: "rebuild", reason: describeChanges(changes) || "its inputs changed", changes };
}

function decideByState(container: ContainerSummary): Decision {
  switch (container.state) {
    case "running":
      return { action: "nothing", reason: "it runs and is up to date", changes: [] };
    case "exited":
    case "paused":
      return {
        action: "start",
        reason: container.state === "paused" ? "it is paused" : "it is stopped",
        changes: [],
      };
    case "created":
      return { action: "recreate", reason: "it was made but never started", changes: [] };
    case "restarting":
    case "removing":
    case "dead":
      return { action: "recreate", reason: `it is ${container.state}`, changes: [] };
  }
}
