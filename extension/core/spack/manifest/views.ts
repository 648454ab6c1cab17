import path from "node:path";
import type { SpackContext } from "../context/context.ts";
import { type ConfigValue, type Origin, textOf, textsOf, at as valueAt } from "./config-value.ts";
import { expandPath } from "./path-variables.ts";
import type { ManifestProblem } from "./problems.ts";

/** A view that the manifest asks for. */
export interface View {
  readonly name: string;
  /** As it is written; undefined for Spack's default place. */
  readonly text: string | undefined;
  /** Absolute, at the site; undefined when a variable in it is unknown here. */
  readonly root: string | undefined;
  /** What is linked: everything below the roots, the roots alone, or what is needed to run them. */
  readonly link: "all" | "roots" | "run";
  readonly linkType: "symlink" | "hardlink" | "copy";
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly projections: readonly (readonly [spec: string, projection: string])[];
  readonly at: Origin | undefined;
}

/** The views of a `view` section that all scopes are merged in; without one Spack makes the default view. */
export function viewsOf(
  value: ConfigValue | undefined,
  environmentFolder: string,
  context: SpackContext,
  problems: ManifestProblem[],
): readonly View[] {
  if (value?.kind === "scalar" && value.value === false) return [];
  const named = value?.kind === "map" ? value.entries : [];
  const views = named.map((entry): View => {
    const root = valueAt(entry.value, "root") ?? entry.value;
    return {
      ...plainView(entry.key, textOf(root), entry.keyAt),
      root: placeOf(textOf(root), root.at, environmentFolder, context, problems),
      link: linkOf(textOf(valueAt(entry.value, "link"))),
      linkType: linkTypeOf(textOf(valueAt(entry.value, "link_type"))),
      select: textsOf(valueAt(entry.value, "select")).map(({ text }) => text),
      exclude: textsOf(valueAt(entry.value, "exclude")).map(({ text }) => text),
      projections: projectionsOf(valueAt(entry.value, "projections")),
    };
  });
  if (views.length > 0) return views;
  const text = textOf(value);
  const standard = path.posix.join(environmentFolder, ".spack-env", "view");
  const root = text === undefined ? standard : placeOf(text, value?.at, environmentFolder, context, problems);
  return [{ ...plainView("default", text, value?.at), root }];
}

function plainView(name: string, text: string | undefined, at: Origin | undefined): View {
  return {
    name,
    text,
    root: undefined,
    link: "all",
    linkType: "symlink",
    select: [],
    exclude: [],
    projections: [],
    at,
  };
}

function placeOf(
  text: string | undefined,
  at: Origin | undefined,
  folder: string,
  context: SpackContext,
  problems: ManifestProblem[],
): string | undefined {
  if (text === undefined) return undefined;
  if (/\$(?:env\b|\{env\})/i.test(text)) {
    const message = `Spack leaves $env in a view's root as it is (${text}); write a relative path`;
    problems.push({ severity: "warning", code: "path-variable", message, at });
  }
  const expanded = expandPath(text, { folder }, context);
  if (expanded.known) return expanded.path;
  const message = `what ${expanded.unknown.join(", ")} stands for in the view's root ${text} is not known here`;
  problems.push({ severity: "warning", code: "path-variable", message, at });
  return undefined;
}

function linkOf(text: string | undefined): View["link"] {
  return text === "roots" || text === "run" ? text : "all";
}

/** With Spack's other names for the kinds of link. */
function linkTypeOf(text: string | undefined): View["linkType"] {
  if (text === "hardlink" || text === "hard") return "hardlink";
  return text === "copy" || text === "relocate" ? "copy" : "symlink";
}

function projectionsOf(value: ConfigValue | undefined): View["projections"] {
  const entries = value?.kind === "map" ? value.entries : [];
  return entries.flatMap((entry): View["projections"] => {
    const projection = textOf(entry.value);
    return projection === undefined ? [] : [[entry.key, projection]];
  });
}
