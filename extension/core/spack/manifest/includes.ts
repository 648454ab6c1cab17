import path from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import { evaluateCondition } from "./condition/condition.ts";
import { type ConfigValue, type Origin, switchOf, textOf, textsOf, at as valueAt } from "./config-value.ts";
import { kindOfPath } from "./path-kind.ts";
import { expandPath } from "./path-variables.ts";
import type { ManifestProblem } from "./problems.ts";
import type { ConfigScope, OwnScope } from "./scopes.ts";

/** One `include` of a scope and what became of it. */
export interface Include {
  /** As it is written. */
  readonly text: string;
  readonly at: Origin;
  /**
   * read: it is part of the configuration. missing: not there, and optional or a problem. skipped: its condition is false, or
   * it is there twice. not-read: from the network, which is not asked. undecided: its condition or path cannot be told.
   */
  readonly state: "read" | "missing" | "skipped" | "not-read" | "undecided";
  /** Absolute, at the site. */
  readonly path: string | undefined;
  /** Spack's name of the scope. */
  readonly name: string | undefined;
  readonly folder: boolean;
}

/** What a scope includes, in the order of the file. Adds to `problems`. */
export async function includesOf(
  scope: OwnScope,
  kind: ConfigScope["kind"],
  context: SpackContext,
  problems: ManifestProblem[],
): Promise<readonly Include[]> {
  const value = scope.sections.get("include")?.value;
  const includes: Include[] = [];
  for (const item of value?.kind === "list" ? value.items : []) {
    const include = await resolveInclude(item, scope, kind, context, problems);
    if (include === undefined) continue;
    const twice = include.state === "read" && includes.some(({ name }) => name === include.name);
    if (twice) {
      const message = `${include.text} is included twice; Spack passes the second over`;
      problems.push({ severity: "warning", code: "include-duplicate", message, at: include.at });
    }
    includes.push(twice ? { ...include, state: "skipped" } : include);
  }
  return includes;
}

async function resolveInclude(
  item: ConfigValue,
  scope: OwnScope,
  kind: ConfigScope["kind"],
  context: SpackContext,
  problems: ManifestProblem[],
): Promise<Include | undefined> {
  const text = includeText(item, context);
  // The shape of the file was found wanting before.
  if (text === undefined) return undefined;
  const base = { text, at: item.at, path: undefined, name: undefined, folder: false };
  const optional = switchOf(valueAt(item, "optional")) ?? false;
  const report = (severity: ManifestProblem["severity"], code: ManifestProblem["code"], message: string) =>
    void problems.push({ severity, code, message, at: item.at });

  const when = conditionOf(item, context);
  if (when.kind !== "value") {
    report(when.kind, "condition", `the condition of the include ${text} ${when.why}`);
    return { ...base, state: "undecided" };
  }
  if (!when.value) return { ...base, state: "skipped" };
  if (valueAt(item, "git") !== undefined) {
    report("undecided", "include-remote", `${text} is in a git repository and was not read`);
    return { ...base, state: "not-read" };
  }
  const folder = kind === "file" ? path.posix.dirname(scope.path) : scope.path;
  const expanded = expandPath(text, { folder }, context);
  if (!expanded.known) {
    const unknown = expanded.unknown.join(", ");
    report(
      "undecided",
      "path-variable",
      `what ${unknown} stands for in the include ${text} is not known here`,
    );
    return { ...base, state: "undecided" };
  }
  if (expanded.remote) {
    report("undecided", "include-remote", `${expanded.path} is on the network and was not read`);
    return { ...base, state: "not-read", path: expanded.path };
  }
  return located(base, expanded.path, item, scope, context, optional, report);
}

async function located(
  base: Omit<Include, "state">,
  sitePath: string,
  item: ConfigValue,
  scope: OwnScope,
  context: SpackContext,
  optional: boolean,
  report: (severity: ManifestProblem["severity"], code: ManifestProblem["code"], message: string) => void,
): Promise<Include> {
  const name = textOf(valueAt(item, "name")) ?? `${scope.name}:${scopeName(sitePath, scope.path)}`;
  try {
    const kind = await kindOfPath(sitePath, context);
    if (kind !== undefined) {
      return { ...base, state: "read", path: sitePath, name, folder: kind === "folder" };
    }
  } catch (error) {
    report("error", "include-unreadable", `${sitePath} cannot be read: ${messageOf(error)}`);
    return { ...base, state: "missing", path: sitePath };
  }
  if (!optional) {
    const hint = base.text.includes("$env") ? "; Spack leaves $env as it is here: write a relative path" : "";
    const where = base.text === sitePath ? "" : ` (${sitePath})`;
    report("error", "include-missing", `the include ${base.text} does not exist${where}${hint}`);
  }
  return { ...base, state: "missing", path: sitePath };
}

function includeText(item: ConfigValue, context: SpackContext): string | undefined {
  const variable = textOf(valueAt(item, "path_override_env_var"));
  const override = variable === undefined ? undefined : context.environment?.[variable];
  const git = textOf(valueAt(item, "git"));
  if (git !== undefined)
    return `${git}:${textsOf(valueAt(item, "paths"))
      .map(({ text }) => text)
      .join(",")}`;
  return override ?? textOf(item) ?? textOf(valueAt(item, "path"));
}

function conditionOf(item: ConfigValue, context: SpackContext): ReturnType<typeof evaluateCondition> {
  const when = textOf(valueAt(item, "when"));
  // An empty condition holds here, other than in a definition.
  return when === undefined || when === ""
    ? { kind: "value", value: true }
    : evaluateCondition(when, context);
}

function scopeName(sitePath: string, parent: string): string {
  return sitePath.startsWith(parent) ? path.posix.relative(parent, sitePath) : sitePath;
}
