import { readdir } from "node:fs/promises";
import path from "node:path";
import { readTextIfExists } from "../../../base/files.ts";
import type { LockNode } from "../../lockfile/lockfile.ts";
import { parseRecipe, type RecipeClass } from "./parse-class.ts";
import { UnsupportedPython } from "./tokens.ts";

/** What a package's recipe does to the environment of those who use the package. */
export interface Recipe {
  /** The packages it extends (`extends("python")`). */
  readonly extended: ReadonlySet<string>;
  /** Its functions; undefined when it changes nothing. */
  readonly code: RecipeClass | undefined;
  /** Why that cannot be said without Spack. */
  readonly unclear: string | undefined;
}

/**
 * The recipe that a package was installed with: Spack keeps it as
 * `<prefix>/.spack/repos/spack_repo/<namespace>/packages/<name>/package.py`. Externals and packages from old build caches
 * have none: theirs is the one of the repository, if its folder is known. Local paths; undefined when there is none.
 */
export async function readRecipe(
  node: LockNode,
  prefix: string | undefined,
  repository: string | undefined,
): Promise<string | undefined> {
  const module = node.name.replaceAll("-", "_");
  const named = [module, /^\d/.test(module) ? `_${module}` : module, node.name];
  const kept = prefix === undefined ? undefined : path.join(prefix, ".spack/repos");
  const spack = kept === undefined ? [] : [path.join(kept, "spack_repo", ...node.namespace.split("."))];
  const old = kept === undefined ? [] : [path.join(kept, node.namespace)];
  for (const folder of [...spack, ...old, ...(repository === undefined ? [] : [repository])]) {
    for (const name of new Set(named)) {
      const text = await readTextIfExists(path.join(folder, "packages", name, "package.py"));
      if (text !== undefined) return text;
    }
  }
  return kept === undefined ? undefined : anyRecipe(kept, new Set(named));
}

/** A namespace need not be its folder's name. */
async function anyRecipe(folder: string, names: ReadonlySet<string>): Promise<string | undefined> {
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  const file = found.find((one) => {
    const [name = "", packages] = one.split(path.sep).toReversed().slice(1);
    return path.basename(one) === "package.py" && packages === "packages" && names.has(name);
  });
  return file === undefined ? undefined : readTextIfExists(path.join(folder, file));
}

/** What a package.py says; the source is parsed as a whole only where it speaks of run environments. */
export function readRecipeSource(name: string, source: string): Recipe {
  const extended = new Set([...source.matchAll(/^\s+extends\(\s*["']([\w-]+)/gm)].map(([, one = ""]) => one));
  const className = classOf(name);
  const header = new RegExp(`^class ${className}\\(([^)]*)\\)`, "m").exec(source);
  if (header === null) return { extended, code: undefined, unclear: `there is no class ${className}` };
  const bases = (header[1] ?? "").split(",").flatMap((base) => base.trim() || []);
  if (bases.includes("PythonPackage") || bases.includes("PythonExtension")) extended.add("python");
  const foreign = bases.find((base) => !isBuildSystem(base, source));
  if (foreign !== undefined) return { extended, code: undefined, unclear: `it is a ${foreign}` };
  const wanted = ["setup_run_environment", "setup_dependent_run_environment"].filter((one) =>
    source.includes(one),
  );
  if (wanted.length === 0) return { extended, code: undefined, unclear: undefined };
  return { extended, ...parsed(source, className, wanted) };
}

function parsed(
  source: string,
  className: string,
  wanted: readonly string[],
): Pick<Recipe, "code" | "unclear"> {
  try {
    const code = parseRecipe(source, className);
    // `@when(…)` makes several functions of one name; one below `if` or `with when(…)` is not seen at all.
    const hidden = wanted.find((one) => {
      const found = code.functions.get(one);
      return found === undefined
        ? new RegExp(`\\b${one}\\b\\s*[(=]`).test(source)
        : found.decorators.length > 0;
    });
    return { code, unclear: hidden === undefined ? undefined : `its ${hidden} is conditional` };
  } catch (error) {
    if (error instanceof UnsupportedPython) return { code: undefined, unclear: error.message };
    throw error;
  }
}

/** Build systems set no run environment, but for Intel's. A base that is another package may. */
function isBuildSystem(base: string, source: string): boolean {
  if (base.startsWith("IntelOneApi")) return false;
  const escaped = base.replaceAll(/[^\w]/g, "\\$&");
  const from = new RegExp(`^from (\\S+) import (?:[^\\n(]*|\\([^)]*)\\b${escaped}\\b`, "m").exec(source)?.[1];
  return from === undefined ? /(Package|Extension|Mixin)$/.test(base) : from.includes("build_systems");
}

/** As Spack names the class: `py-3to2` → Py3to2, `7zip` → _7zip. */
function classOf(name: string): string {
  const joined = name
    .split(/[-_]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join("");
  return /^\d/.test(joined) ? `_${joined}` : joined;
}
