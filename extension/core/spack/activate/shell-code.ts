import { shellQuote } from "../../base/shell.ts";
import type { Activation } from "./activation.ts";
import { applyChanges, type EnvironmentChange, reversed, type Variables } from "./changes.ts";

export type Shell = "sh" | "fish" | "csh";

/** How a shell is told something; each statement ends with `;`, as `eval` needs where lines are joined. */
interface Language {
  quote(text: string): string;
  set(name: string, value: string): string;
  unset(name: string): string;
  /** Makes the command `despacktivate`. */
  readonly command: readonly string[];
  readonly withoutCommand: readonly string[];
  /** Restores the prompt that Spack has kept, if it has. */
  prompt(variables: Variables): readonly string[];
}

const languages: Readonly<Record<Shell, Language>> = {
  sh: {
    quote: shellQuote,
    set: (name, value) => `export ${name}=${shellQuote(value)};`,
    unset: (name) => `unset ${name};`,
    command: ["alias despacktivate='spack env deactivate';"],
    withoutCommand: ["alias despacktivate >/dev/null 2>&1 && unalias despacktivate;"],
    prompt: ({ SPACK_OLD_PS1: old }) => {
      if (old === undefined) return [];
      // Spack's mark for a shell that had none.
      const restored = old === "$$$$" ? "unset PS1;" : `PS1=${shellQuote(old)};`;
      return [restored, "unset SPACK_OLD_PS1;"];
    },
  },
  fish: {
    quote: fishQuote,
    set: (name, value) => `set -gx ${name} ${fishQuote(value)};`,
    unset: (name) => `set -e ${name};`,
    command: ["function despacktivate;", "    spack env deactivate;", "end;"],
    withoutCommand: ["functions -e despacktivate;"],
    prompt: () => [],
  },
  csh: {
    quote: cshQuote,
    set: (name, value) => `setenv ${name} ${cshQuote(value)};`,
    unset: (name) => `unsetenv ${name};`,
    command: ['alias despacktivate "spack env deactivate";'],
    withoutCommand: ["unalias despacktivate;"],
    prompt: ({ SPACK_OLD_PROMPT: old }) =>
      old === undefined ? [] : [`set prompt=${cshQuote(old)};`, "unsetenv SPACK_OLD_PROMPT;"],
  },
};

/**
 * Shell code that makes an environment active in a shell whose variables are `variables`; one that is active there
 * (`before`) is left first. What would stay as it is is not mentioned. The same variables as from
 * `spack env activate --sh|--fish|--csh` (Spack 1.1).
 */
export function activationCode(
  shell: Shell,
  activation: Activation,
  variables: Variables,
  before?: Activation,
): string {
  const language = languages[shell];
  const left = before === undefined ? [] : reversed(before.changes);
  return code([
    ...(before === undefined ? [] : [...viewOf(language, variables), ...language.prompt(variables)]),
    language.set("SPACK_ENV", activation.path),
    ...(activation.view === undefined ? [] : [language.set("SPACK_ENV_VIEW", activation.view)]),
    ...language.command,
    ...statements(language, [...left, ...activation.changes], variables),
  ]);
}

/**
 * Shell code that leaves the active environment: what it set is unset, what it added to search paths is taken out, and a
 * search path of which nothing is left is unset. A prompt that `spack env activate --prompt` set is as before.
 */
export function deactivationCode(shell: Shell, active: Activation, variables: Variables): string {
  const language = languages[shell];
  return code([
    language.unset("SPACK_ENV"),
    ...viewOf(language, variables),
    ...language.withoutCommand,
    ...language.prompt(variables),
    ...statements(language, reversed(active.changes), variables),
  ]);
}

function viewOf(language: Language, variables: Variables): readonly string[] {
  return variables["SPACK_ENV_VIEW"] === undefined ? [] : [language.unset("SPACK_ENV_VIEW")];
}

function statements(
  language: Language,
  changes: readonly EnvironmentChange[],
  before: Variables,
): readonly string[] {
  const after = { ...applyChanges(before, changes) };
  const manual = after["MANPATH"];
  // An empty entry at its end keeps the system's manual pages in reach.
  if (manual && !manual.endsWith(":")) after["MANPATH"] = `${manual}:`;
  const names = [...new Set(changes.map(({ name }) => name))].filter(isVariable).sort();
  return names.flatMap((name) => {
    const value = after[name];
    if (value === before[name]) return [];
    const emptied = value === "" && changes.every((change) => change.name !== name || change.kind !== "set");
    return [value === undefined || emptied ? language.unset(name) : language.set(name, value)];
  });
}

/** Other names cannot be set in a shell, and could be code. */
function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function code(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Fish: only `\` and `'` mean anything between single quotes. */
function fishQuote(text: string): string {
  return isPlain(text) ? text : `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}

/** Csh: `!` is history even between single quotes, and a line break needs a backslash there. */
function cshQuote(text: string): string {
  if (isPlain(text)) return text;
  const quoted = text.replaceAll("'", `'\\''`).replaceAll("!", "\\!").replaceAll("\n", "\\\n");
  return `'${quoted}'`;
}

function isPlain(text: string): boolean {
  return /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+:,./=-]*$/.test(text);
}
