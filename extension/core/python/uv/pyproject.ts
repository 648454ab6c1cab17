import { readdir } from "node:fs/promises";
import path from "node:path";
import { parse } from "smol-toml";
import * as z from "zod";
import { messageOf, SygaldryError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { normalizeName } from "../requirements/name.ts";
import { parseRequirement, type Requirement } from "../requirements/requirement.ts";

/** An index of `[[tool.uv.index]]`. */
interface ProjectIndex {
  readonly name: string | undefined;
  readonly url: string;
  /** Used for what is pinned to it only. */
  readonly explicit: boolean;
  /** Takes the Python index's place, as the last one. */
  readonly default: boolean;
}

/** What we use of a pyproject.toml. */
export interface PyProject {
  readonly file: string;
  /** Undefined without a `[project]` table. */
  readonly name: string | undefined;
  readonly requiresPython: string | undefined;
  /** Dependencies, those of extras and of dependency groups. */
  readonly requirements: readonly Requirement[];
  readonly indexes: readonly ProjectIndex[];
  /** Normalized name → the index that `[tool.uv.sources]` pins it to. */
  readonly pinned: ReadonlyMap<string, string>;
  readonly workspace: boolean;
}

const texts = z.array(z.string());

const schema = z.looseObject({
  project: z
    .looseObject({
      name: z.string().optional(),
      "requires-python": z.string().optional(),
      dependencies: texts.optional(),
      "optional-dependencies": z.record(z.string(), texts).optional(),
    })
    .optional(),
  "dependency-groups": z.record(z.string(), z.array(z.unknown())).optional(),
  tool: z
    .looseObject({
      uv: z
        .looseObject({
          index: z
            .array(
              z.looseObject({
                name: z.string().optional(),
                url: z.string(),
                explicit: z.boolean().optional(),
                default: z.boolean().optional(),
              }),
            )
            .optional(),
          sources: z.record(z.string(), z.unknown()).optional(),
          workspace: z.looseObject({}).optional(),
        })
        .optional(),
    })
    .optional(),
});

/**
 * Undefined when there is none. Format: the pyproject.toml specification (PEP 621, PEP 735) and uv's own tables.
 * Throws SYG-PYPROJECT that names the line, or the place inside the file.
 */
async function readPyProject(file: string): Promise<PyProject | undefined> {
  const text = await readTextIfExists(file);
  return text === undefined ? undefined : parsePyProject(text, file);
}

export function parsePyProject(text: string, file: string): PyProject {
  const read = schema.safeParse(parseToml(text, file));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw broken(file, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const { project, tool, "dependency-groups": groups = {} } = read.data;
  const written = [
    ...(project?.dependencies ?? []),
    ...Object.values(project?.["optional-dependencies"] ?? {}).flat(),
    ...Object.values(groups)
      .flat()
      .filter((entry) => typeof entry === "string"),
  ];
  return {
    ...{ file, name: project?.name, requiresPython: project?.["requires-python"] },
    requirements: written.flatMap((line) => parseRequirement(line) ?? []),
    indexes: (tool?.uv?.index ?? []).map((index) => ({
      ...{ name: index.name, url: index.url },
      ...{ explicit: index.explicit ?? false, default: index.default ?? false },
    })),
    pinned: pinnedSources(tool?.uv?.sources ?? {}),
    workspace: tool?.uv?.workspace !== undefined,
  };
}

/** A source is a table, or a list of tables with markers. */
function pinnedSources(sources: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const one = z.looseObject({ index: z.string() });
  return new Map(
    Object.entries(sources).flatMap(([name, value]) => {
      const found = (Array.isArray(value) ? value : [value]).find((each) => one.safeParse(each).success);
      return found === undefined ? [] : [[normalizeName(name), one.parse(found).index] as const];
    }),
  );
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw broken(file, messageOf(cause).split("\n")[0] ?? "", cause);
  }
}

function broken(file: string, why: string, cause?: unknown): SygaldryError {
  const line = cause instanceof Error && "line" in cause ? `:${String(cause.line)}` : "";
  return new SygaldryError("SYG-PYPROJECT", `${file}${line} cannot be read: ${why}`, {
    cause,
    next: "Correct the file.",
    data: { file },
  });
}

/** A uv project seen from a folder in it. */
export interface UvProject {
  /** Where uv.lock and .venv are: the workspace's root, or the project's own. */
  readonly root: string;
  readonly pyproject: PyProject;
}

/**
 * The project that uv finds from `folder`: the nearest pyproject.toml, or the workspace around it.
 * A workspace that excludes the project is not told from one that has it. Undefined when there is none.
 */
export async function findUvProject(folder: string): Promise<UvProject | undefined> {
  let nearest: UvProject | undefined;
  for (let place = path.resolve(folder); ; place = path.dirname(place)) {
    const pyproject = await readPyProject(path.join(place, "pyproject.toml"));
    if (pyproject !== undefined) {
      if (pyproject.workspace) return { root: place, pyproject };
      nearest ??= { root: place, pyproject };
    }
    if (place === path.dirname(place)) return nearest;
  }
}

/** The requirements files of a folder, by uv-install's rule. */
export async function requirementsFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((name) => /^requirements.*\.txt$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}
