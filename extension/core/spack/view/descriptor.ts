import path from "node:path";
import { asObject, asString, asStrings, ShapeError } from "../../base/json-fields.ts";

export type ViewLink = "all" | "roots" | "run";
type ViewLinkType = "symlink" | "hardlink" | "copy";

/** One view that an environment asks for, with Spack's defaults put in. */
export interface ViewDescriptor {
  readonly name: string;
  /** As the manifest has it, variables and all: it is part of the view's hash. */
  readonly root: string;
  /** The absolute path of `root` at the site. */
  readonly path: string;
  /** In the manifest's order, which is part of the view's hash. */
  readonly projections: Readonly<Record<string, string>>;
  /** Specs of which a package has to satisfy one, unless the list is empty. */
  readonly select: readonly string[];
  /** Specs of which a package may satisfy none. */
  readonly exclude: readonly string[];
  /** Whether what the roots link to and run with is in it, or only what they run with, or the roots alone. */
  readonly link: ViewLink;
  readonly linkType: ViewLinkType;
}

export interface ViewContext {
  /** The environment's folder at the site. */
  readonly environment: string;
  /** Puts values in for Spack's path variables (`$env`, `~` …); the result may be relative to the environment. */
  readonly substitute: (path: string) => string;
}

/**
 * The views of a manifest's `view:` value; absent counts as `true`, as in Spack's own defaults.
 * Throws ShapeError with the path inside the value.
 */
export function readViewDescriptors(view: unknown, context: ViewContext): readonly ViewDescriptor[] {
  if (view === false) return [];
  const ownView = path.posix.join(context.environment, ".spack-env", "view");
  if (view === true || view === undefined || view === null) return [readView("default", ownView, context)];
  if (typeof view === "string") return [readView("default", view, context)];
  return Object.entries(asObject(view, "view")).map(([name, value]) => readView(name, value, context));
}

function readView(name: string, value: unknown, context: ViewContext): ViewDescriptor {
  const at = `view.${name}`;
  const given = typeof value === "string" ? { root: value } : asObject(value, at);
  const root = asString(given["root"], `${at}.root`);
  const { projections, link, link_type: linkType } = given;
  return {
    name,
    root,
    path: path.posix.resolve(context.environment, context.substitute(root)),
    projections: projections === undefined ? {} : readProjections(projections, `${at}.projections`),
    select: asStrings(given["select"] ?? [], `${at}.select`),
    exclude: asStrings(given["exclude"] ?? [], `${at}.exclude`),
    link: oneOf(links, link ?? "all", `${at}.link`),
    linkType: oneOf(linkTypes, linkType ?? "symlink", `${at}.link_type`),
  };
}

function readProjections(value: unknown, at: string): Readonly<Record<string, string>> {
  const projections = asObject(value, at);
  return Object.fromEntries(
    Object.entries(projections).map(([spec, text]) => [spec, asString(text, `${at}.${spec}`)]),
  );
}

const links: Readonly<Record<string, ViewLink>> = { all: "all", roots: "roots", run: "run" };

/** Spack takes several words for each. */
const linkTypes: Readonly<Record<string, ViewLinkType>> = {
  symlink: "symlink",
  soft: "symlink",
  hardlink: "hardlink",
  hard: "hardlink",
  copy: "copy",
  relocate: "copy",
  add: "symlink",
};

function oneOf<T>(values: Readonly<Record<string, T>>, value: unknown, at: string): T {
  const found = typeof value === "string" && Object.hasOwn(values, value) ? values[value] : undefined;
  if (found === undefined) throw new ShapeError(at, `one of ${Object.keys(values).join(", ")}`, value);
  return found;
}
