import path from "node:path";
import { SygaldryError } from "../../base/errors.ts";
import { withLock } from "../../base/lock.ts";
import { hostWarnings } from "../../project/host/warnings.ts";
import { checkoutIdentity } from "../../project/identity.ts";
import { claimStorage } from "../../project/storage-claim.ts";
import { prepareStorage } from "../../project/storage-prepare.ts";
import type { ContainerSummary } from "../engine.ts";
import { writeRendering } from "../render/apply.ts";
import { openSession, type Session } from "../session.ts";
import type { Toolkit } from "../toolkit.ts";
import { buildImage, upContainer } from "./cold.ts";
import { findContainer } from "./find.ts";
import { type Found, look } from "./look.ts";
import { requireMountSources } from "./mount-sources.ts";
import { waitUntilReady } from "./ready.ts";
import { checkSecrets } from "./secrets.ts";
import { clearUnfinished, isUnfinished, markUnfinished, noteMaking } from "./unfinished.ts";
import type { UpOptions, UpResult } from "./up.ts";

/** Takes the checkout's lock and brings its container to what `session` plans. */
export async function carryOutUp(toolkit: Toolkit, session: Session, options: UpOptions): Promise<UpResult> {
  const lock = path.join(session.projectStorage, "locks", `${session.checkoutKey}.lock`);
  await prepare(toolkit, session, options);
  const waiting = {
    what: "sygaldry up",
    log: toolkit.log,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  return withLock(lock, waiting, () => work(toolkit, options));
}

/** Under the lock: everything is looked at again, because somebody may just have done it. */
async function work(toolkit: Toolkit, options: UpOptions): Promise<UpResult> {
  const session = await openSession(toolkit, { ...options, probeBuilder: true });
  const { decision, container } = await look(toolkit, session, options);
  const rendered = await writeRendering(session, { force: options.force ?? false });
  if (decision.action === "nothing") return { decision, container, session, rendered, logFile: undefined };
  if (session.plan.gpu.problem !== undefined) {
    throw new SygaldryError("SYG-GPU", session.plan.gpu.problem, {
      next: "Set gpu: auto in sygaldry.yaml, or mend what `sygaldry host` shows.",
    });
  }
  await checkSecrets(session, toolkit.environment, toolkit.log, { builds: decision.action !== "start" });
  if (decision.action !== "start") await requireMountSources(session.plan);
  toolkit.log.info(`${decision.action}, because ${decision.reason}`);
  const logFile = await carryOut(toolkit, session, { decision, container }, options);
  const made = await findContainer(toolkit.engine, session.project.root, options.signal);
  if (made !== undefined) {
    await waitUntilReady(toolkit.engine, made, toolkit.log, options.signal);
    await toolkit.engine.tagImage(made.imageId, session.plan.imageName, options.signal);
  }
  return { decision, container: made, session, rendered, logFile };
}

/** Does what was decided; returns the log of the devcontainers CLI where it was needed. */
async function carryOut(
  toolkit: Toolkit,
  session: Session,
  { decision, container }: Found,
  options: UpOptions,
): Promise<string | undefined> {
  const { signal, noCache = false } = options;
  if (decision.action === "start" && container?.state === "paused") {
    await toolkit.engine.unpauseContainer(container.id, signal);
    return undefined;
  }
  if (decision.action === "start" && container !== undefined && startsByItself(session)) {
    await toolkit.engine.startContainer(container.id, signal);
    return undefined;
  }
  for (const warning of hostWarnings(session.facts)) toolkit.log.warn(warning);
  const replaces = container !== undefined && decision.action !== "start";
  // Built before the old container goes: one that fails to build leaves it as it is.
  if (replaces && decision.action === "rebuild") await buildImage(toolkit, session, { noCache, signal });
  const made = { removeExisting: replaces, noCache: noCache && !replaces, signal };
  if (decision.action === "start") return (await upContainer(toolkit, session, made)).logFile;
  return noted(toolkit, session, container, async () => (await upContainer(toolkit, session, made)).logFile);
}

/** Makes a container by `make`, with a note that stays as long as its first start has not come to its end. */
async function noted<T>(
  { engine }: Toolkit,
  session: Session,
  before: ContainerSummary | undefined,
  make: () => Promise<T>,
): Promise<T> {
  const wasUnfinished = before !== undefined && (await isUnfinished(session, before.id));
  await noteMaking(session, wasUnfinished ? undefined : before?.id);
  try {
    const result = await make();
    await clearUnfinished(session);
    return result;
  } catch (error) {
    // Where the engine cannot tell what is left, the note stays as it is.
    const found = await findContainer(engine, session.project.root).then(
      (left) => ({ left }),
      () => undefined,
    );
    if (found === undefined) throw error;
    const { left } = found;
    if (left !== undefined && (left.id !== before?.id || wasUnfinished))
      await markUnfinished(session, left.id);
    else await clearUnfinished(session);
    throw error;
  }
}

async function prepare(toolkit: Toolkit, session: Session, options: UpOptions): Promise<void> {
  await claimStorage(session.projectStorage, await checkoutIdentity(session.project.root, toolkit.runner), {
    adopt: options.adopt ?? false,
    log: toolkit.log,
    signal: options.signal,
  });
  if (session.plan.mode !== "host") return;
  const { engine } = session.facts;
  await prepareStorage(session.storage, options.signal, engine.known && !engine.value.rootless);
}

/** Whether starting it is all there is to do: no commands to run on start, no secrets to lay out first. */
function startsByItself({ plan }: Session): boolean {
  const { postStart, postAttach } = plan.lifecycle;
  return postStart === undefined && postAttach === undefined && !plan.secrets.some(({ at }) => at === "run");
}
