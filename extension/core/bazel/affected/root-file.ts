import type { Token } from "../build-file/lexer.ts";
import { readStatements } from "../build-file/statements.ts";
import { argumentNamed, textOf } from "../build-file/values.ts";

/** What a MODULE.bazel or WORKSPACE says, as far as it decides what a change touches. */
export interface RootFile {
  /** All but Spack's part, without comments and layout: equal texts mean the same. */
  readonly others: string;
  /** The part that declares Spack environments, likewise. */
  readonly spack: string;
  /** Names of the repositories of Spack environments. */
  readonly environments: readonly string[];
  /** The locks of Spack environments, below the root. */
  readonly locks: readonly string[];
  /** Patterns of toolchains and execution platforms, which any target may use. */
  readonly toolchains: readonly string[];
  /** Files of the workspace that are named by label, below the root. */
  readonly files: readonly string[];
}

/** Reads Starlark of a root file; what is computed in it is not understood. */
export function readRootFile(text: string): RootFile {
  const statements = [...readStatements(text, () => {})].map(({ tokens }) => tokens);
  const extensions = new Set(statements.filter(isSpackExtension).map(([variable]) => variable?.text));
  const isSpack = (tokens: readonly Token[]) =>
    tokens[0]?.text === "spack_environment" ||
    (extensions.has(tokens[0]?.text) && tokens[1]?.text === "." && tokens[3]?.text === "(");
  const spack = statements.filter(isSpack);
  const environments = spack.filter((tokens) =>
    ["environment", "spack_environment"].includes(tokens[tokens[1]?.text === "." ? 2 : 0]?.text ?? ""),
  );
  const registered = statements.filter(([callee]) => registering.has(callee?.text ?? ""));
  return {
    others: JSON.stringify(statements.filter((tokens) => !isSpack(tokens)).map(written)),
    spack: JSON.stringify(spack.map(written)),
    environments: environments.map((tokens) => argument(tokens, "name") ?? "spack"),
    locks: environments.flatMap((tokens) => fileOf(argument(tokens, "lock") ?? "") ?? []),
    toolchains: registered.flatMap((tokens) => strings(tokens).filter((label) => label.startsWith("//"))),
    files: statements.flatMap((tokens) => strings(tokens).flatMap((label) => fileOf(label) ?? [])),
  };
}

const registering = new Set(["register_toolchains", "register_execution_platforms"]);

/** `spack = use_extension("@sygaldry_spack//:extensions.bzl", "spack")` */
function isSpackExtension(tokens: readonly Token[]): boolean {
  const [file = "", name] = strings(tokens);
  return tokens[2]?.text === "use_extension" && file.endsWith("//:extensions.bzl") && name === "spack";
}

function written(tokens: readonly Token[]): readonly string[] {
  return tokens.map(({ kind, text }) => (kind === "string" ? JSON.stringify(text) : text));
}

function strings(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap(({ kind, text }) => (kind === "string" ? [text] : []));
}

function argument(tokens: readonly Token[], name: string): string | undefined {
  const open = tokens.findIndex(({ kind, text }) => kind === "mark" && text === "(");
  const value = argumentNamed(tokens.slice(open + 1, -1), name);
  return value === undefined ? undefined : textOf(value, new Map());
}

/** `//a:b/c` → `a/b/c` */
function fileOf(label: string): string | undefined {
  const [, folder, name] = /^(?:@@?)?\/\/([^:]*):(.+)$/.exec(label) ?? [];
  if (name === undefined) return label.startsWith(":") ? label.slice(1) : undefined;
  return folder === "" ? name : `${folder}/${name}`;
}
