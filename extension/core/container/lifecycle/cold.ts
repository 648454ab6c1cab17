import path from "node:path";
import { messageOf, SygaldryError } from "../../base/errors.ts";
import type { Redact } from "../../base/redact.ts";
import { type DevcontainerRun, devcontainerBuild, devcontainerUp } from "../devcontainer.ts";
import { initializeError } from "../host-failures.ts";
import { namelessUserArguments } from "../nameless-user.ts";
import { devcontainerFolder } from "../render/files.ts";
import type { Session } from "../session.ts";
import type { Toolkit } from "../toolkit.ts";
import { openRecord, type RunRecord } from "./records.ts";
import { secretRedactor } from "./secrets.ts";

/** The paths that take long: they run the devcontainers CLI, which builds images and makes containers. */
export interface ColdOptions {
  /** Build every step anew. */
  readonly noCache: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface ColdResult {
  /** The full log. */
  readonly logFile: string;
}

/** Builds the image under the plan's name. Prepares the host first, as `up` would. */
export function buildImage(toolkit: Toolkit, session: Session, options: ColdOptions): Promise<ColdResult> {
  return recorded(toolkit, session, "build", options, async (run, environment) => {
    await initializeHost(toolkit, session, environment, run);
    await devcontainerBuild(run, {
      ...common(session, environment),
      imageName: session.plan.imageName,
      noCache: options.noCache,
    });
  });
}

/** Makes or starts the container, building what is not built yet, and gives its image the plan's name. */
export function upContainer(
  toolkit: Toolkit,
  session: Session,
  options: ColdOptions & { readonly removeExisting: boolean },
): Promise<ColdResult> {
  return recorded(toolkit, session, "up", options, async (run, environment) => {
    await devcontainerUp(run, {
      ...common(session, environment),
      removeExisting: options.removeExisting,
      noCache: options.noCache,
    });
  });
}

function common(session: Session, environment: DriverEnvironment) {
  return {
    workspaceFolder: session.project.root,
    dockerPath: environment.SYGALDRY_DOCKER,
    environment,
  };
}

/** What the devcontainers CLI, docker and initialize.sh are run with. */
type DriverEnvironment = Readonly<Record<string, string | undefined>> & { readonly SYGALDRY_DOCKER: string };

function driverEnvironment(toolkit: Toolkit, session: Session): DriverEnvironment {
  const engine = session.facts.engine.known ? session.facts.engine.value : undefined;
  const client = engine?.client.known ? engine.client.value : undefined;
  return {
    ...toolkit.environment,
    ...toolkit.clientEnvironment,
    SYGALDRY_CONTAINER_ROOT: session.storageRoot,
    SYGALDRY_DOCKER: client?.path ?? "docker",
    ...(client?.builder === "buildkit" ? { DOCKER_BUILDKIT: "1" } : {}),
  };
}

async function recorded(
  toolkit: Toolkit,
  session: Session,
  kind: "up" | "build",
  options: ColdOptions,
  work: (run: DevcontainerRun, environment: DriverEnvironment) => Promise<void>,
): Promise<ColdResult> {
  const redact = await secretRedactor(session, toolkit.environment);
  const record = await openRecord(path.join(session.projectStorage, "logs"), kind, redact);
  const cli = {
    node: toolkit.node,
    script: toolkit.devcontainerCli(),
    nodeArguments: namelessUserArguments(),
  };
  const run = {
    ...{ cli, redact, runner: toolkit.runner, engine: toolkit.engine, signal: options.signal },
    onLine: (line: string) => record.write(line),
    onProgress: toolkit.onProgress,
  };
  try {
    await work(run, driverEnvironment(toolkit, session));
    return { logFile: record.file };
  } catch (error) {
    throw withLog(error, record, redact);
  } finally {
    await record.close();
  }
}

/** Runs initialize.sh, which `devcontainer build` leaves out. */
async function initializeHost(
  toolkit: Toolkit,
  session: Session,
  environment: DriverEnvironment,
  run: DevcontainerRun,
): Promise<void> {
  const { exitCode, stderr } = await toolkit.runner.run(
    {
      command: "sh",
      args: [path.posix.join(devcontainerFolder, "initialize.sh")],
      cwd: session.project.root,
      env: environment,
    },
    { onLine: (line) => run.onLine?.(line), ...(run.signal === undefined ? {} : { signal: run.signal }) },
  );
  if (exitCode === 0) return;
  const said = run.redact(stderr.trim());
  throw (
    initializeError(said.split("\n")) ??
    new SygaldryError("SYG-UP", `this host could not be prepared: ${said}`, {
      next: "Mend what it names, and run this again.",
    })
  );
}

/** The error with the place of the full log, for readers of `--json`. */
function withLog(error: unknown, record: RunRecord, redact: Redact): unknown {
  if (!(error instanceof SygaldryError) || error.code === "SYG-CANCELLED") return error;
  return new SygaldryError(error.code, redact(messageOf(error)), {
    cause: error,
    data: { ...error.data, logFile: record.file },
    next: `${error.next === undefined ? "" : `${error.next} `}The full log: ${record.file}`,
  });
}
