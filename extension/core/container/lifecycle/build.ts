import path from "node:path";
import { withLock } from "../../base/lock.ts";
import { changedInputs, decodeInputs, describeChanges, labels } from "../fingerprint.ts";
import { writeRendering } from "../render/apply.ts";
import { openSession, type SessionOptions } from "../session.ts";
import type { Toolkit } from "../toolkit.ts";
import { buildImage } from "./cold.ts";
import { checkSecrets } from "./secrets.ts";

export interface BuildOptions extends Omit<SessionOptions, "probeBuilder"> {
  /** Build every step anew, up to date or not. */
  readonly noCache: boolean;
}

export interface BuildResult {
  readonly imageName: string;
  /** False when the image was up to date. */
  readonly built: boolean;
  readonly reason: string;
  readonly logFile: string | undefined;
}

/** Builds the project's image unless it was made from the same inputs. */
export async function build(toolkit: Toolkit, options: BuildOptions): Promise<BuildResult> {
  const opened = await openSession(toolkit, { ...options, probeBuilder: true });
  const lock = path.join(opened.projectStorage, "locks", `${opened.checkoutKey}.lock`);
  const waiting = {
    what: "sygaldry build",
    log: toolkit.log,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  return withLock(lock, waiting, async () => {
    const session = await openSession(toolkit, { ...options, probeBuilder: true });
    await writeRendering(session, { force: false });
    const { imageName } = session.plan;
    const image = await toolkit.engine.inspectImage(imageName, options.signal);
    const wanted = session.rendering.fingerprint;
    if (!options.noCache && image?.labels[labels.image] === wanted.imageDigest) {
      return { imageName, built: false, reason: "up to date", logFile: undefined };
    }
    const changes = changedInputs(decodeInputs(image?.labels[labels.inputs])?.image ?? {}, wanted.image);
    const reason =
      image === undefined
        ? "there was no image yet"
        : options.noCache
          ? "it was asked for"
          : describeChanges(changes);
    await checkSecrets(session, toolkit.environment, toolkit.log, { builds: true });
    toolkit.log.info(`build, because ${reason}`);
    const { logFile } = await buildImage(toolkit, session, {
      noCache: options.noCache,
      signal: options.signal,
    });
    return { imageName, built: true, reason, logFile };
  });
}
