import * as z from "zod";
import { decoded } from "../decoded.ts";
import type { QueriedRule } from "./answer.ts";
import type { QueryOutput } from "./command.ts";

/**
 * A line of `--output=streamed_jsonproto` (a `Target` of Bazel's build.proto as JSON) or of `--output=label_kind`. Undefined
 * for what is no rule: files, package groups, and lines of neither form.
 */
export function parseRule(line: string, output: QueryOutput): QueriedRule | undefined {
  if (output === "label_kind") {
    const [, kind, label = ""] = /^(\S+) rule (.+)$/.exec(line) ?? [];
    const parts = splitLabel(label);
    return kind === undefined || parts === undefined ? undefined : { ...parts, kind, at: undefined };
  }
  const { data } = ruleLine.safeParse(parseJson(line));
  const parts = data === undefined ? undefined : splitLabel(decoded(data.rule.name));
  if (data === undefined || parts === undefined) return undefined;
  return { ...parts, kind: data.rule.ruleClass, at: parsePlace(decoded(data.rule.location ?? "")) };
}

const ruleLine = z.object({
  type: z.literal("RULE"),
  rule: z.object({ name: z.string(), ruleClass: z.string(), location: z.string().optional() }),
});

export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** `/a/b/BUILD:3:10` */
function parsePlace(text: string): QueriedRule["at"] {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(text) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/** `//a/b:c`, `@@repository//a:b`; `//a/b` stands for `//a/b:b`. */
function splitLabel(label: string): { readonly package: string; readonly name: string } | undefined {
  const [, start, name] = /^((?:@@?[^/:]*)?\/\/[^:]*)(?::(.+))?$/.exec(label) ?? [];
  if (start === undefined) return undefined;
  return { package: start, name: name ?? start.slice(start.lastIndexOf("/") + 1) };
}
