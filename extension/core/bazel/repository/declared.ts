import type { Token } from "../build-file/lexer.ts";
import { readStatements } from "../build-file/statements.ts";
import { argumentNamed, matchingBracket, textOf } from "../build-file/values.ts";

/** What a MODULE.bazel or WORKSPACE says, each with the line of its first mention. */
export interface Declared {
  /** Modules that bazel_dep names. */
  readonly modules: ReadonlyMap<string, number>;
  /** Names of repositories, and of what is assigned or loaded. */
  readonly names: ReadonlyMap<string, number>;
  /** module_name → path of local_path_override, or name → path of local_repository. */
  readonly localPaths: ReadonlyMap<string, string>;
  /** Labels of include(). */
  readonly includes: readonly string[];
  /** The first thing in the text that is no Starlark. */
  readonly problem: { readonly line: number; readonly message: string } | undefined;
}

/** Reads the text without evaluating it: what a macro or a loop declares is not seen. */
export function readDeclared(text: string): Declared {
  const found = {
    modules: new Map<string, number>(),
    names: new Map<string, number>(),
    localPaths: new Map<string, string>(),
    includes: [] as string[],
    problem: undefined as Declared["problem"],
  };
  const statements = readStatements(text, (message, { line }) => {
    found.problem ??= { line, message };
  });
  for (const { tokens } of statements) {
    const [first, second] = tokens;
    if (first?.kind === "name" && second?.text === "=") {
      add(found.names, first.text, first.line);
      takeCall(tokens.slice(2), found);
    } else takeCall(tokens, found);
  }
  return found;
}

type Found = {
  -readonly [Key in keyof Declared]: Declared[Key] extends ReadonlyMap<string, infer Value>
    ? Map<string, Value>
    : Declared[Key] extends readonly string[]
      ? string[]
      : Declared[Key];
};

function takeCall(tokens: readonly Token[], found: Found): void {
  const [callee, bracket] = tokens;
  if (callee?.kind !== "name" || bracket?.text !== "(" || matchingBracket(tokens, 1) < tokens.length - 1)
    return;
  const values = tokens.slice(2, -1);
  const argument = (name: string) => textOf(argumentNamed(values, name) ?? [], none);
  const positional = values.filter((each, index) => each.kind === "string" && startsArgument(values, index));
  const name = argument("name") ?? positional[0]?.text;
  const { line } = callee;
  if (callee.text === "use_repo" || callee.text === "load") takeNames(values, callee, found);
  else if (callee.text === "include") found.includes.push(...(name === undefined ? [] : [name]));
  else if (callee.text === "bazel_dep" && name !== undefined) {
    add(found.modules, name, line);
    add(found.names, argument("repo_name") || name, line);
  } else if (!withoutNames.has(callee.text)) {
    const local = argument("module_name") ?? name;
    const path = argument("path");
    if (local !== undefined && path !== undefined) found.localPaths.set(local, path);
    if (name !== undefined) add(found.names, name, line);
  }
}

/** Calls whose first text is no name of a repository. */
const withoutNames = new Set([
  "module",
  "workspace",
  "use_extension",
  "use_repo_rule",
  "register_toolchains",
]);

/** The names that `use_repo(ext, "a", b = "c")` and `load("//x.bzl", "a", b = "c")` make: a and b. */
function takeNames(values: readonly Token[], { text: callee, line }: Token, { names }: Found): void {
  values.forEach((value, index) => {
    if (value.kind !== "string" || (callee === "load" && index === 0)) return;
    const keyword = values[index - 1]?.text === "=" ? values[index - 2]?.text : undefined;
    add(names, keyword ?? value.text, line);
  });
}

function startsArgument(values: readonly Token[], index: number): boolean {
  const before = values[index - 1];
  return before === undefined || (before.kind === "mark" && before.text === ",");
}

function add(map: Map<string, number>, key: string, line: number): void {
  if (!map.has(key)) map.set(key, line);
}

const none: ReadonlyMap<string, string> = new Map();
