import type { ContainerSummary } from "../engine.ts";
import type { Session } from "../session.ts";
import type { Toolkit } from "../toolkit.ts";
import { type Decision, decide } from "./decide.ts";
import { findContainer } from "./find.ts";
import { isUnfinished } from "./unfinished.ts";

/** The checkout's container as it is, and what is to be done about it. */
export interface Found {
  readonly decision: Decision;
  readonly container: ContainerSummary | undefined;
}

/** Finds the container and decides; changes nothing. */
export async function look(
  toolkit: Toolkit,
  session: Session,
  options: { readonly rebuild?: boolean; readonly signal?: AbortSignal },
): Promise<Found> {
  const container = await findContainer(toolkit.engine, session.project.root, options.signal);
  const image =
    container === undefined
      ? await toolkit.engine.inspectImage(session.plan.imageName, options.signal)
      : undefined;
  const unfinished = container !== undefined && (await isUnfinished(session, container.id));
  const found = decide(container, image, session.rendering.fingerprint, { unfinished });
  const decision: Decision = options.rebuild
    ? { action: "rebuild", reason: "it was asked for", changes: found.changes }
    : found;
  return { decision, container };
}
