import { messageOf } from "../../base/errors.ts";
import type { Fact } from "../../base/fact.ts";
import { known, unknown } from "../../base/fact.ts";
import type { FileStatus } from "../../base/rendered/rendered-file.ts";
import type { ContainerDetails, ImageDetails } from "../engine.ts";
import { renderingStatus } from "../render/apply.ts";
import { openSession, type Session, type SessionOptions } from "../session.ts";
import type { Toolkit } from "../toolkit.ts";
import { type Decision, decide } from "./decide.ts";
import { findContainer } from "./find.ts";
import { isUnfinished } from "./unfinished.ts";

export interface ProjectStatus {
  readonly session: Session;
  readonly files: readonly FileStatus[];
  /** Unknown when the engine does not answer. */
  readonly engine: Fact<EngineState>;
}

interface EngineState {
  readonly container: ContainerDetails | undefined;
  readonly image: ImageDetails | undefined;
  /** What `up` would do. */
  readonly decision: Decision;
}

/** What is there, what is rendered, and what `up` would do and why. Changes nothing; a missing engine is a fact, not a failure. */
export async function projectStatus(
  toolkit: Toolkit,
  options: Omit<SessionOptions, "probeBuilder">,
): Promise<ProjectStatus> {
  const session = await openSession(toolkit, { ...options, probeBuilder: false });
  const [files, engine] = await Promise.all([
    renderingStatus(session),
    engineState(toolkit, session, options.signal),
  ]);
  return { session, files, engine };
}

async function engineState(
  toolkit: Toolkit,
  session: Session,
  signal: AbortSignal | undefined,
): Promise<Fact<EngineState>> {
  try {
    const [found, image] = await Promise.all([
      findContainer(toolkit.engine, session.project.root, signal),
      toolkit.engine.inspectImage(session.plan.imageName, signal),
    ]);
    const container =
      found === undefined ? undefined : await toolkit.engine.inspectContainer(found.id, signal);
    const unfinished = found !== undefined && (await isUnfinished(session, found.id));
    return known({
      container,
      image,
      decision: decide(found, image, session.rendering.fingerprint, { unfinished }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    return unknown(messageOf(error));
  }
}
