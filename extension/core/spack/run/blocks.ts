import type { ExcerptLine, Failure } from "./events.ts";

/** A warning or error of Spack with all its lines. */
export interface Block extends Failure {
  readonly kind: "warning" | "error";
  /** All of it, for what its lines name. */
  readonly text: string;
}

/** Collects the lines of one stream into Spack's messages. */
export interface BlockReader {
  /** Whether the line belongs to a message; with the messages that are complete by it. */
  line(text: string): { readonly taken: boolean; readonly blocks: readonly Block[] };
  end(): readonly Block[];
}

const head = /^==> (Error|Warning): (.*)$/;

/**
 * A message begins with `==> Error:` or `==> Warning:`; its further lines are indented, or are the excerpt of a build log
 * that ends with the log's path below `See build log for details:`. What follows an excerpt begins with `==>` or `[+]`.
 */
export function blockReader(): BlockReader {
  let lines: string[] = [];
  let logNext = false;
  const close = (): Block[] => {
    const block = toBlock(lines);
    lines = [];
    logNext = false;
    return block === undefined ? [] : [block];
  };
  return {
    end: close,
    line(text) {
      if (head.test(text)) {
        const blocks = close();
        lines = [text];
        return { taken: true, blocks };
      }
      if (lines.length === 0) return { taken: false, blocks: [] };
      if (/^(==> |\[\+\] )/.test(text)) return { taken: false, blocks: close() };
      lines.push(text);
      if (logNext && text.trim() !== "") return { taken: true, blocks: close() };
      logNext ||= /^See (build|test) log for details:/.test(text);
      return { taken: true, blocks: [] };
    },
  };
}

function toBlock(lines: readonly string[]): Block | undefined {
  const [first = "", ...rest] = lines;
  const [, kind, message = ""] = head.exec(first) ?? [];
  if (kind === undefined) return undefined;
  const cite = rest.findIndex((line) =>
    /^(\d+ errors? found in \S+ log|See (build|test) log for details):?/.test(line),
  );
  const about = (cite === -1 ? rest : rest.slice(0, cite)).map((line) => line.trim());
  return {
    kind: kind === "Error" ? "error" : "warning",
    why: [message, ...about].join("\n").trim(),
    excerpt: cite === -1 ? [] : excerpt(rest.slice(cite + 1)),
    log: logPath(rest),
    text: lines.join("\n"),
  };
}

/** `  >> 12   text` and `     12   text`: numbers are padded to the widest marked one and four blanks. */
function excerpt(lines: readonly string[]): readonly ExcerptLine[] {
  const end = lines.findIndex((line) => /^See (build|test) log for details:/.test(line));
  const cited = (end === -1 ? lines : lines.slice(0, end)).filter((line) => line.trim() !== "");
  const marked = cited.flatMap((line) => /^ {2}>> (\d+)/.exec(line)?.[1] ?? []);
  const width = Math.max(1, ...marked.map((number) => number.length)) + 4;
  return cited.map((line) => {
    const [all, mark, number] = /^( {2}>> | {5})(\d+)(?= |$)/.exec(line) ?? [];
    if (all === undefined) return { number: undefined, text: line.trimEnd(), marked: false };
    return { number: Number(number), text: line.slice(5 + width), marked: mark === "  >> " };
  });
}

function logPath(lines: readonly string[]): string | undefined {
  const at = lines.findIndex((line) => /^See build log for details:/.test(line));
  const found = at === -1 ? undefined : lines.slice(at + 1).find((line) => line.trim() !== "");
  return found?.trim();
}
