import type { ContainerSummary } from "../engine.ts";
import { renderingStatus } from "../render/apply.ts";
import { openSession, type Session, type SessionOptions } from "../session.ts";
import type { Toolkit } from "../toolkit.ts";
import type { Decision } from "./decide.ts";
import { look } from "./look.ts";
import { waitUntilReady } from "./ready.ts";

export interface UpOptions extends Omit<SessionOptions, "probeBuilder"> {
  /** Build and make the container anew, whatever its state. */
  readonly rebuild?: boolean;
  /** With `rebuild`: build every step anew. */
  readonly noCache?: boolean;
  readonly dryRun?: boolean;
  readonly adopt?: boolean;
  /** Overwrite rendered files that were edited by hand. */
  readonly force?: boolean;
}

export interface UpResult {
  readonly decision: Decision;
  /** Undefined after a dry run that found none. */
  readonly container: ContainerSummary | undefined;
  readonly session: Session;
  /** Rendered files that were written. */
  readonly rendered: readonly string[];
  /** The full log of what was run; undefined when nothing was. */
  readonly logFile: string | undefined;
}

/**
 * Brings the container up with the least work: nothing, start, create, recreate or rebuild, and tells why.
 * One `up` of a checkout works at a time; another waits, and then finds it done. An image that fails to build leaves the
 * old container as it is.
 */
export async function up(toolkit: Toolkit, options: UpOptions): Promise<UpResult> {
  const session = await openSession(toolkit, { ...options, probeBuilder: false });
  const first = await look(toolkit, session, options);
  if (options.dryRun || (first.decision.action === "nothing" && (await isRendered(session)))) {
    if (!options.dryRun && first.container?.justStarted) {
      await waitUntilReady(toolkit.engine, first.container, toolkit.log, options.signal);
    }
    return { ...first, session, rendered: [], logFile: undefined };
  }
  // What does the work takes milliseconds to load, and mostly there is none.
  const { carryOutUp } = await import("./carry-out-up.ts");
  return carryOutUp(toolkit, session, options);
}

async function isRendered(session: Session): Promise<boolean> {
  return (await renderingStatus(session)).every(({ state }) => state === "current");
}
