import { type BazelProblem, compareTexts, packageOf } from "../workspace/workspace.ts";

/** What Bazel said on stderr. */
export interface SaidProblems {
  readonly problems: readonly BazelProblem[];
  /** Labels of the packages whose files have errors. */
  readonly damaged: ReadonlySet<string>;
}

/**
 * The errors, in the order of their places, in what `bazel query --keep_going` writes to stderr (Bazel 6.4 to 9). `local` turns a path that Bazel names
 * into one below the workspace's root, or an absolute one elsewhere.
 */
export function parseProblems(stderr: string, local: (file: string) => string): SaidProblems {
  const problems = new Map<string, BazelProblem>();
  const damaged = new Set<string>();
  const repeats: BazelProblem[] = [];
  for (const block of errorBlocks(stderr)) {
    const [, name, again] = /^package contains errors: ([^:\n]*)(?:: (.*))?$/s.exec(block) ?? [];
    const problem =
      name === undefined ? placed(block, local) : ofPackage(`//${name}`, tracedText(again ?? block));
    if (problem.package !== undefined) damaged.add(problem.package);
    if (name !== undefined) repeats.push(problem);
    else problems.set(`${problem.file}:${problem.line}:${problem.column}:${problem.message}`, problem);
  }
  const known = new Set([...problems.values()].map((problem) => problem.package));
  const others = repeats.filter((problem) => !known.has(problem.package));
  return { problems: [...problems.values(), ...unique(others)].sort(byPlace), damaged };
}

/** Bazel reads packages side by side, and tells of them in any order. */
function byPlace(a: BazelProblem, b: BazelProblem): number {
  return (
    compareTexts(a.file ?? "", b.file ?? "") ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareTexts(a.message, b.message)
  );
}

/** What follows each `ERROR: `, with the lines that belong to it. */
function errorBlocks(stderr: string): readonly string[] {
  const blocks: string[][] = [];
  let inside = false;
  for (const line of stderr.split(/\r?\n/)) {
    const [, level, text = ""] =
      /^(?:\([\d:]+\) )?(ERROR|FATAL|WARNING|INFO|DEBUG|Loading|Starting)\b:? ?(.*)$/.exec(line) ?? [];
    if (level !== undefined) inside = level === "ERROR" || level === "FATAL";
    if (!inside) continue;
    if (level === undefined) blocks.at(-1)?.push(line);
    else blocks.push([text]);
  }
  return blocks.map((lines) => lines.join("\n").trimEnd());
}

function placed(block: string, local: (file: string) => string): BazelProblem {
  const [, loading, why] = /^error loading package '([^']*)': (.*)$/s.exec(block) ?? [];
  if (loading !== undefined) return ofPackage(`//${loading}`, why ?? "");
  const [, file, line, column, message] = /^(\/[^\n]*?):(\d+):(\d+): (.*)$/s.exec(block) ?? [];
  if (file !== undefined) return inFile(local(file), Number(line), Number(column), tracedText(message ?? ""));
  // The outermost call is the one in the BUILD file.
  const [, traced, at, from] = /File "([^"\n]+)", line (\d+), column (\d+)/.exec(block) ?? [];
  if (traced !== undefined) return inFile(local(traced), Number(at), Number(from), tracedText(block));
  return { message: block, file: undefined, line: undefined, column: undefined, package: undefined };
}

function inFile(file: string, line: number, column: number, message: string): BazelProblem {
  const own = !file.startsWith("/") && /(^|\/)BUILD(\.bazel)?$/.test(file);
  return { message, file, line, column, package: own ? packageOf(file) : undefined };
}

function ofPackage(label: string, message: string): BazelProblem {
  return { message, file: undefined, line: undefined, column: undefined, package: label };
}

/** Of a traceback what it ends with. */
function tracedText(text: string): string {
  if (!text.startsWith("Traceback")) return text;
  const lines = text.split("\n");
  const end = lines.findIndex((line, index) => index > 0 && !/^\s/.test(line));
  return end < 0 ? text : lines.slice(end).join("\n");
}

function unique(problems: readonly BazelProblem[]): readonly BazelProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.package} ${problem.message}`, problem])).values()];
}
