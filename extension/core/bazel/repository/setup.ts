import { renderTemplate } from "../../base/rendered/template.ts";
import type { Declared } from "./declared.ts";
import { fileLabel } from "./labels.ts";
import type { RepositoryInput, SpackRepository, Toolchains } from "./model.ts";
import { type Archive, archives, pinsFor } from "./pins.ts";
import { buildFilePath, moduleFolder } from "./places.ts";

/** The parts of a MODULE.bazel or WORKSPACE block that are wanted. */
export interface Parts {
  /** Rule sets to depend on. */
  readonly rules: readonly (keyof Toolchains)[];
  /** Rule sets whose toolchains are set up too. */
  readonly languages: readonly (keyof Toolchains)[];
  readonly spack: boolean;
}

const order = ["cc", "python", "rust", "go"] as const;

/** Which parts go into a file, and what of it the file has already: that stays as it is. */
export function chooseParts(
  input: RepositoryInput,
  declared: Declared,
  style: "module" | "workspace",
): { readonly parts: Parts; readonly notes: readonly string[] } {
  const { toolchains, bazel, repositories } = input;
  const pins = pinsFor(bazel.major);
  const notes: string[] = [];
  const free = order.filter((language) => {
    if (toolchains[language] === undefined) return false;
    const name = style === "module" ? pins[language].module : archives[language].name;
    const line = declared.modules.get(name) ?? declared.names.get(name);
    if (line !== undefined) notes.push(`${name} of line ${line} is left as it is`);
    return line === undefined;
  });
  const languages = free.filter((language) => {
    const variable = style === "module" ? variables[language] : undefined;
    const line = variable === undefined ? undefined : declared.names.get(variable);
    if (line !== undefined)
      notes.push(`${variable} of line ${line} is left as it is, so ${language} is not set up`);
    // One Python is enough.
    const bySpack = language === "python" && repositories.some(({ python }) => python);
    return line === undefined && language !== "cc" && !bySpack;
  });
  return { parts: { rules: free, languages, spack: repositories.length > 0 }, notes };
}

/** What the module block assigns. */
const variables: Partial<Readonly<Record<keyof Toolchains, string>>> = {
  python: "python",
  rust: "rust",
  go: "go_sdk",
};

/** The body of the block of MODULE.bazel. */
export function moduleBody(input: RepositoryInput, parts: Parts): string {
  const pins = pinsFor(input.bazel.major);
  return renderTemplate("bazel/repository/MODULE.bazel.hbs", {
    ...common(input, parts),
    rules: parts.rules.map((language) => ({ name: pins[language].module, version: pins[language].version })),
    useRepo: input.repositories.map(({ name }) => JSON.stringify(name)).join(", "),
  });
}

/** The body of the block of WORKSPACE. Rule sets are Bazel 6's: with a later one a WORKSPACE has those that it had. */
export function workspaceBody(input: RepositoryInput, parts: Parts): string {
  const values = common(input, parts);
  // Of rule sets for languages that Bazel 6 has built in nothing is loaded unless a BUILD file does.
  const wanted: readonly Archive[] = parts.rules.map((language) => archives[language]);
  return renderTemplate("bazel/repository/WORKSPACE.hbs", {
    ...values,
    archives: wanted,
    pythonRepository: `python${String(values.python).replaceAll(".", "_")}`,
  });
}

function common({ bazel, repositories, toolchains, existing }: RepositoryInput, { spack, languages }: Parts) {
  const version = (language: keyof Toolchains) =>
    languages.includes(language) ? toolchains[language] : undefined;
  const withPython = repositories.filter(({ python }) => python);
  return {
    tested: pinsFor(bazel.major).tested,
    spack,
    modulePath: moduleFolder,
    locks: repositories.map(({ lockPath }) => lockPath).join(", "),
    repositories: repositories.map((repository) => ({
      name: repository.name,
      buildFile: fileLabel(buildFilePath(repository), existing.packages),
      lock: fileLabel(repository.lockPath, existing.packages),
      store: repository.store,
      roots: repository.roots.map(({ hash, name, version: of }) => ({ hash, text: `${name}@${of}` })),
      upstreams: repository.upstreams,
    })),
    spackPython: spack && withPython.length > 0 && toolchains.python !== undefined,
    registered: withPython.map(({ name }) => `@${name}//toolchains:all`),
    python: minorOf(version("python")),
    rust: exactOf(version("rust")),
    go: version("go"),
  };
}

/** rules_python chooses the patch release. */
function minorOf(version: string | undefined): string | undefined {
  return version?.split(".").slice(0, 2).join(".");
}

/** rules_rust wants all three numbers. */
function exactOf(version: string | undefined): string | undefined {
  return version === undefined || version.split(".").length > 2 ? version : `${version}.0`;
}

/** The body of the block of third_party/BUILD.spack. */
export function buildFileBody({ name, lockPath, roots }: SpackRepository): string {
  const twice = (root: string) => roots.filter((other) => other.name === root).length > 1;
  const targets = roots.map((root) =>
    twice(root.name) ? `:${root.name}_${root.hash.slice(0, 7)}` : `:${root.name}`,
  );
  return renderTemplate("bazel/repository/BUILD.spack.hbs", {
    name,
    lockPath,
    targets: [...new Set(targets)].sort(),
  });
}
