import * as z from "zod";
import { SygaldryError, systemCode } from "../../base/errors.ts";
import { readTextIfExists, sha256, writeAtomic } from "../../base/files.ts";
import type { Command, ProcessRunner } from "../../base/process.ts";
import type { SpackProgram } from "../run/commands.ts";
import { runSpackChecked } from "../run/run-spack.ts";
import type { Activation } from "./activation.ts";

/** What an exact activation depends on; when one of them changes Spack is asked anew. */
export interface ExactKey {
  readonly path: string;
  readonly view: string | undefined;
  /** Of the lock's bytes. */
  readonly lockDigest: string;
  /** Where the view's link points: its hash. */
  readonly viewState: string;
  /** Of the store's `index_verifier`, which changes with every installation. */
  readonly storeState: string;
  /** Of the configuration that counts: the manifest, and modules, env_vars and packages of all scopes. */
  readonly configuration: string;
}

const change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("set"), name: z.string(), value: z.string() }),
  z.object({ kind: z.literal("unset"), name: z.string() }),
  z.object({
    kind: z.enum(["prepend", "append", "remove", "remove-first", "remove-last"]),
    name: z.string(),
    value: z.string(),
    separator: z.string(),
  }),
  z.object({
    kind: z.enum(["append-flags", "remove-flags"]),
    name: z.string(),
    value: z.string(),
    separator: z.string(),
  }),
  z.object({ kind: z.literal("deduplicate"), name: z.string(), separator: z.string() }),
]);
const answer = z.object({ changes: z.array(change) });
const cached = answer.extend({ key: z.string() });

/**
 * What Spack itself says that activating changes. Asked once: the answer is kept in `cacheFile` (a local path) until
 * something of the key changes. Throws SYG-SPACK when Spack fails or answers otherwise.
 */
export async function exactActivation(
  runner: ProcessRunner,
  spack: SpackProgram,
  key: ExactKey,
  cacheFile: string,
  signal?: AbortSignal,
): Promise<Activation> {
  const digest = sha256(
    JSON.stringify([key.path, key.view, key.lockDigest, key.viewState, key.storeState, key.configuration]),
  );
  const base = { path: key.path, view: key.view, warnings: [] };
  const kept = await readCache(cacheFile, digest);
  if (kept !== undefined) return { ...base, changes: kept };
  const command = activationQuery(spack, key.path, key.view);
  const { stdout } = await runSpackChecked(runner, command, signal === undefined ? {} : { signal });
  const said = answer.safeParse(lastJson(stdout));
  if (!said.success) {
    throw new SygaldryError("SYG-SPACK", `spack python did not answer what activating ${key.path} changes`, {
      cause: said.error,
      next: "Use `spack env activate` for this environment, and report this with your Spack's version.",
    });
  }
  await keep(cacheFile, `${JSON.stringify({ key: digest, ...said.data })}\n`);
  return { ...base, changes: said.data.changes };
}

/** An environment of somebody else's cannot be written to: then Spack is asked each time. */
async function keep(cacheFile: string, text: string): Promise<void> {
  try {
    await writeAtomic(cacheFile, text);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

async function readCache(file: string, digest: string) {
  try {
    const kept = cached.safeParse(JSON.parse((await readTextIfExists(file)) ?? "null"));
    return kept.success && kept.data.key === digest ? kept.data.changes : undefined;
  } catch {
    return undefined;
  }
}

/** Warnings may come before it. */
function lastJson(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}

function activationQuery(spack: SpackProgram, environment: string, view: string | undefined): Command {
  return {
    command: spack,
    // Spack gives the text to an interactive console, which takes one statement.
    args: ["--color=never", "python", "-c", 'import os; exec(os.environ["SYGALDRY_SCRIPT"])'],
    env: {
      SYGALDRY_SCRIPT: script,
      ...{ SYGALDRY_ENVIRONMENT: environment, SYGALDRY_VIEW: view, PYTHONUNBUFFERED: "1" },
      ...{ SPACK_ENV: undefined, SPACK_ENV_VIEW: undefined },
    },
    input: "",
  };
}

/** Runs inside Spack (0.23 to 1.1): the changes are those that `spack env activate` renders. */
const script = `
import json, os
import spack.environment as ev
import spack.environment.shell as shell
import spack.util.environment as ue
env = ev.Environment(os.environ["SYGALDRY_ENVIRONMENT"])
view = os.environ.get("SYGALDRY_VIEW") or None
kinds = {
    "SetEnv": "set", "SetPath": "set", "UnsetEnv": "unset", "PrependPath": "prepend", "AppendPath": "append",
    "RemovePath": "remove", "RemoveFirstPath": "remove-first", "RemoveLastPath": "remove-last",
    "AppendFlagsEnv": "append-flags", "RemoveFlagsEnv": "remove-flags", "PruneDuplicatePaths": "deduplicate",
}
changes = []
for mod in shell.activate(env, view=view):
    entry = {"kind": kinds[type(mod).__name__], "name": mod.name}
    if hasattr(mod, "value"):
        entry["value"] = str(mod.value)
    if entry["kind"] not in ("set", "unset"):
        entry["separator"] = mod.separator
    changes.append(entry)
print(json.dumps({"changes": changes}))
`;
