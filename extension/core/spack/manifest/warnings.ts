import { entryOf, at as valueAt } from "./config-value.ts";
import type { ManifestProblem } from "./problems.ts";
import type { ConfigScope } from "./scopes.ts";

/** What Spack passes over in silence, or refuses outside of its schema. */
export function warningsOf(scopes: readonly ConfigScope[]): readonly ManifestProblem[] {
  const own = scopes.at(-1);
  return [
    ...scopes.flatMap(colonsLost),
    ...scopes.flatMap(deprecated),
    ...(own === undefined ? [] : forbidden(own)),
  ];
}

function colonsLost(scope: ConfigScope): readonly ManifestProblem[] {
  return scope.sources
    .flatMap(({ shortened }) => shortened)
    .map((at) => ({
      severity: "warning",
      code: "colon-lost",
      message:
        'Spack takes the ":" at the end away, since it marks an override; with "@:" in the spec it stays',
      at,
    }));
}

function deprecated(scope: ConfigScope): readonly ManifestProblem[] {
  const warning = (message: string, entry: ReturnType<typeof entryOf>): ManifestProblem[] =>
    entry === undefined ? [] : [{ severity: "warning", code: "deprecated", message, at: entry.keyAt }];
  const all = valueAt(scope.sections.get("packages")?.value, "all");
  const repos = scope.sections.get("repos");
  return [
    ...warning(
      "Spack 1.0 and later take no notice of packages:all:compiler; require %NAME instead",
      entryOf(all, "compiler"),
    ),
    ...warning(
      "since Spack 1.0 compilers are externals below packages; `spack compiler find` writes them there",
      scope.sections.get("compilers"),
    ),
    ...(repos?.value.kind === "list"
      ? warning("a list of repositories is the old form; write a mapping of names to paths", repos)
      : []),
  ];
}

function forbidden(own: ConfigScope): readonly ManifestProblem[] {
  const entry = entryOf(own.sections.get("config")?.value, "environments_root");
  if (entry === undefined) return [];
  const message = "an environment may not set config:environments_root; put it into another scope";
  return [{ severity: "error", code: "shape", message, at: entry.keyAt }];
}
