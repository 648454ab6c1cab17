import { stat } from "node:fs/promises";
import path from "node:path";
import { shellQuote } from "../../../core/base/shell.ts";
import type { PythonEnvironment } from "../../../core/python/python-environment.ts";
import { settingNames, uvSettings } from "../../../core/python/uv/settings.ts";
import { loadOptions, outputOptions } from "../../options.ts";
import { createOutput, type Output } from "../../output.ts";
import { refuseContainerShell } from "../spack/place.ts";
import { findPython, type PythonOptions, type PythonPlace, prepareIndex } from "./place.ts";

type Variables = Readonly<Record<string, string | undefined>>;

interface EnvOptions extends PythonOptions {
  readonly nearest?: boolean;
}

/** Names what this command has set in a shell, so that it can be taken back. */
const mark = "SYGALDRY_UV";

/**
 * Prints shell code for `eval`: with an active, named or (`--nearest`) near environment that has a Python, uv's settings; else what takes back those
 * that it set before. Prints nothing when nothing changes.
 */
export async function env(
  options: EnvOptions,
  [name]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const active = name ?? process.env["SPACK_ENV"];
  const place =
    active || options.nearest === true ? await findPython(options, name, output, signal) : undefined;
  if (place !== undefined) refuseContainerShell({ ...place, program: "", environment: "" });
  const settings = place && (await siteSettings(place, undefined, output, signal));
  const code = settingsCode(settings, process.env);
  const environment = place?.folder.name ?? null;
  output.result({ environment, index: place?.index ?? null, settings: settings ?? {}, code }, code.trimEnd());
  return 0;
}

/** uv's settings at the site, with their index in place; undefined when the environment has no Python. */
export async function siteSettings(
  place: PythonPlace,
  environment: PythonEnvironment | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<Variables | undefined> {
  const python = await prepareIndex(place, environment, output, signal);
  if (python === undefined) return undefined;
  const before = place.site.kind === "container" ? {} : process.env;
  const settings = uvSettings(place.index, python, before);
  const copy = place.site.kind !== "container" && (await needsCopies(before));
  return copy ? { ...settings, UV_LINK_MODE: "copy" } : settings;
}

/** uv warns at every call when it cannot link from its cache to the project. */
async function needsCopies(before: Variables): Promise<boolean> {
  const { UV_CACHE_DIR: cache, UV_LINK_MODE: mode } = before;
  if (!cache || mode) return mode === "copy";
  const { cwd } = loadOptions({});
  const [one, other] = await Promise.all([deviceOf(path.resolve(cwd, cache)), deviceOf(cwd)]);
  return one !== undefined && other !== undefined && one !== other;
}

async function deviceOf(folder: string): Promise<number | undefined> {
  return (await stat(folder).catch(() => undefined))?.dev;
}

/** Shell code for what changes between `before` and `settings`. What the user has set is left alone when there are no settings. */
function settingsCode(settings: Variables | undefined, before: Variables): string {
  const own = (before[mark] ?? "").split(":").filter((name) => allNames.includes(name));
  const gone = own.filter((name) => settings?.[name] === undefined);
  const lines = gone.filter((name) => before[name] !== undefined).map((name) => `unset ${name};`);
  if (settings === undefined)
    return joined(before[mark] === undefined ? lines : [...lines, `unset ${mark};`]);
  const wanted = { ...settings, [mark]: Object.keys(settings).join(":") };
  const changed = Object.entries(wanted).filter(([name, value]) => before[name] !== value);
  return joined([...lines, ...changed.map(([name, value]) => `export ${name}=${shellQuote(value)};`)]);
}

const allNames: readonly string[] = [...settingNames, "UV_LINK_MODE"];

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
