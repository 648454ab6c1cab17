import path from "node:path";
import { SygaldryError } from "../../../core/base/errors.ts";
import type { PythonEnvironment } from "../../../core/python/python-environment.ts";
import { lockArguments, type UvCall, uvCommand } from "../../../core/python/uv/commands.ts";
import { explainFailure } from "../../../core/python/uv/explain.ts";
import { findUvProject } from "../../../core/python/uv/pyproject.ts";
import { interpreter } from "../../../core/python/uv/settings.ts";
import { type StalePackage, stalePackages, staleText } from "../../../core/python/uv/staleness.ts";
import { readUvLock } from "../../../core/python/uv/uv-lock.ts";
import {
  mendShadowed,
  shadowText,
  type Verification,
  verifyProject,
} from "../../../core/python/uv/verify.ts";
import type { Site } from "../../../core/site/site.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import { chooseSite } from "../../site.ts";
import { siteSettings } from "./env.ts";
import { findPython, type PythonOptions, readEnvironment } from "./place.ts";

export function sync(options: PythonOptions, args: readonly string[], signal: AbortSignal): Promise<number> {
  return runUv("sync", options, args, signal);
}

export function lock(options: PythonOptions, args: readonly string[], signal: AbortSignal): Promise<number> {
  return runUv("lock", options, args, signal);
}

export function add(options: PythonOptions, args: readonly string[], signal: AbortSignal): Promise<number> {
  return runUv("add", options, args, signal);
}

type Verb = "sync" | "lock" | "add";

/** One call: uv at its site, with what Spack has. */
interface Call extends UvCall {
  readonly site: Site;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Undefined without a Spack environment that has a Python: then uv is on its own. */
  readonly environment: PythonEnvironment | undefined;
  /** The folder that uv works for: the working directory, or what its own options name. */
  readonly folder: string;
  /** uv.lock, as this process reaches it; undefined without a project. */
  readonly lockFile: string | undefined;
}

async function runUv(
  verb: Verb,
  options: PythonOptions,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const call = await openCall(options, args, output, signal);
  const stale = await staleIn(call);
  if (stale.length > 0) tellStale(call, stale, args);
  const again = stale.map(({ name }) => name);
  if (verb === "lock") await runChecked(call, lockArguments(again, args));
  else {
    if (stale.length > 0) await runChecked(call, lockArguments(again, []));
    await runChecked(call, [verb, ...args]);
  }
  const left = await staleIn(call);
  for (const each of left) output.warn(staleText(each));
  const noEnvironment = verb === "lock" || args.some((arg) => arg === "--no-sync" || arg === "--dry-run");
  const verification = noEnvironment ? undefined : await verify(call);
  const { environment } = call;
  output.result(
    {
      ...{ environment: environment?.name ?? null, renewed: stale.map(staleJson), left: left.map(staleJson) },
      verification: verification ?? null,
    },
    verification && `${verification.verified} distributions of ${environment?.name} are imported from Spack`,
  );
  return 0;
}

async function openCall(
  options: PythonOptions,
  args: readonly string[],
  output: Output,
  signal: AbortSignal,
): Promise<Call> {
  const { cwd } = loadOptions(options);
  const place = await findPython(options, options.environment, output, signal);
  const site = place?.site ?? (await chooseSite(options, output));
  const folder = path.resolve(cwd, namedFolder(args) ?? ".");
  const project = await findUvProject(folder);
  const base = {
    ...{ site, output, signal, folder, cwd: site.paths.site(cwd) },
    lockFile: project && path.join(project.root, "uv.lock"),
  };
  const environment = place && (await readEnvironment(place, signal));
  const settings = place && (await siteSettings(place, environment, output, signal));
  if (environment === undefined || settings === undefined) {
    output.debug("there is no Spack environment with a Python here: uv is on its own");
    return { ...base, environment: undefined, settings: {} };
  }
  const python = environment.python && interpreter(environment.python);
  return { ...base, environment, settings: { ...settings, UV_PYTHON: python } };
}

/** `--project DIR` or `--directory DIR`, which uv takes relative to the working directory. */
function namedFolder(args: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    const [, option, value] = /^--(project|directory)(?:=(.*))?$/.exec(arg) ?? [];
    if (option !== undefined) return value ?? args[index + 1];
  }
  return undefined;
}

async function staleIn({ environment, lockFile, output }: Call): Promise<readonly StalePackage[]> {
  if (environment === undefined || lockFile === undefined) return [];
  try {
    const found = await readUvLock(lockFile);
    return found === undefined ? [] : stalePackages(found, environment);
  } catch (error) {
    // uv may know a format that we do not, and says itself when the file is damaged.
    if (!(error instanceof SygaldryError) || error.code !== "SYG-UV-LOCK") throw error;
    output.problem(error);
    return [];
  }
}

/** What Spack has otherwise than the lock is resolved anew; where the lock must stay, that is a failure. */
function tellStale({ output }: Call, stale: readonly StalePackage[], args: readonly string[]): void {
  const keep = args.find((arg) => ["--locked", "--frozen", "--check"].includes(arg));
  const lines = stale.map((each) => `  ${staleText(each)}`).join("\n");
  if (keep === undefined) {
    output.info(`uv.lock is not what Spack has:\n${lines}`);
    return;
  }
  throw new SygaldryError(
    "SYG-PYTHON-STALE",
    `uv.lock is not what Spack has, and ${keep} keeps it\n${lines}`,
    {
      next: "Run `sygaldry python lock` and commit uv.lock.",
      data: { stale: stale.map(staleJson) },
    },
  );
}

/** Throws SYG-UV with uv's message, and with ours where it is about what Spack has. */
async function runChecked(call: Call, args: readonly string[]): Promise<void> {
  const { site, output, signal, environment } = call;
  const onLine = (line: string) => output.info(line);
  const { exitCode, stderr, stdout } = await site.run(uvCommand(args, call), { signal, onLine });
  if (exitCode === 0) return;
  const said = `${stderr}\n${stdout}`;
  const spack = environment && explainFailure(said, environment);
  throw new SygaldryError(
    "SYG-UV",
    [`uv ${args[0]} failed (exit code ${exitCode})`, ...(spack?.text ?? [])].join("\n"),
    {
      ...(spack === undefined ? {} : { next: spack.next }),
      data: {
        ...{ exitCode, message: said.trim() },
        spack:
          spack?.distributions.map(({ name, version, owner }) => ({ name, version, package: owner })) ?? [],
      },
    },
  );
}

async function verify(call: Call): Promise<Verification | undefined> {
  const { site, environment, signal } = call;
  if (environment === undefined) return undefined;
  const cwd = site.paths.site(call.folder);
  const found = await verifyProject(site, { ...call, cwd }, environment, { signal });
  if (found.shadowed.length === 0) return found;
  const lines = found.shadowed.map((each) => shadowText(each, found.prefix)).join("\n");
  throw new SygaldryError(
    "SYG-PYTHON-SHADOWED",
    `Spack's packages are not the ones that are imported\n${lines}`,
    {
      next: mendShadowed(found.shadowed),
      data: { shadowed: found.shadowed },
    },
  );
}

function staleJson(stale: StalePackage): Readonly<Record<string, unknown>> {
  return { ...stale, installed: stale.installed ?? null };
}
