import { statSync } from "node:fs";
import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import type { RunnerKind } from "../../../core/jobs/runner.ts";
import { markVariable } from "../../../core/jobs/runners/process/process-host.ts";
import type { SupervisorRequest } from "../../../core/jobs/supervisor/request.ts";
import { projectRoot } from "../../../core/project/root.ts";
import { isInsideContainer } from "../../../core/site/here.ts";
import { type CommonOptions, loadOptions } from "../../options.ts";
import { mountedSecrets } from "./mounted-secrets.ts";

export interface PlaceOptions extends CommonOptions {
  readonly on?: RunnerKind;
  readonly env?: readonly string[];
  readonly cwd?: string;
}

/** Where a new job's command stands: folder and environment as the place that runs it knows them, and what it must not tell. */
export async function placeOf(
  options: PlaceOptions,
): Promise<Pick<SupervisorRequest, "cwd" | "env" | "secrets" | "container">> {
  const own = variables(options.env ?? []);
  // Inside the container its processes are this machine's.
  if (options.on === "container" && !isInsideContainer()) return placeInContainer(options, own);
  const env = { ...definedIn(process.env), ...own };
  delete env[markVariable];
  const cwd = path.resolve(options.cwd ?? process.cwd());
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SygaldryError("SYG-USAGE", `--cwd ${cwd} is no folder`, { next: "Name one that is there." });
  }
  return { cwd, env, secrets: secretsIn(env) };
}

/** Asks the engine, so that a job for a container that does not run is refused at once. */
async function placeInContainer(options: PlaceOptions, env: Readonly<Record<string, string>>) {
  const [{ createEngine }, { folderIn, runningContainer }] = await Promise.all([
    import("../../engine.ts"),
    import("../../../core/container/lifecycle/exec.ts"),
  ]);
  const { cwd, file } = loadOptions(options);
  const root = projectRoot(cwd, file);
  const engine = createEngine(process.env);
  const container = await runningContainer(engine, root);
  const details = await engine.inspectContainer(container.id);
  const there = Object.fromEntries(
    (details?.environment ?? []).map((variable) => {
      const at = variable.indexOf("=");
      return [variable.slice(0, at), variable.slice(at + 1)];
    }),
  );
  return {
    ...{ cwd: folderIn(container, root, cwd, options.cwd), env, container: { root } },
    secrets: [
      ...new Set([
        ...[definedIn(process.env), there, env].flatMap(secretsIn),
        ...(details === undefined ? [] : mountedSecrets(details)),
      ]),
    ],
  };
}

function definedIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** `NAME=value` pairs. Throws SYG-USAGE. */
export function variables(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at <= 0) {
        // Without what stands there: it may be a secret without its name.
        throw new SygaldryError("SYG-USAGE", "--env: expected NAME=value", {
          next: "Write --env NAME=value.",
        });
      }
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|(API|PRIVATE|ACCESS)_?KEY/i;

/** Values that are no words of everyday life. */
function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value = ""]) =>
    secretName.test(name) && value.length >= 6 && !/^(\/|\d+$|true$|false$)/.test(value) ? [value] : [],
  );
}
