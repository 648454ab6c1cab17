import * as z from "zod";
import { decoded } from "../decoded.ts";
import { attributeDigest } from "../query/command.ts";
import { parseJson } from "../query/parse-rules.ts";
import { compareTexts } from "../workspace/workspace.ts";
import type { GraphRule } from "./graph.ts";

/**
 * A line of `--output=streamed_jsonproto` with inputs and outputs (a `Target` of Bazel's build.proto as JSON; Bazel 6.4 to
 * 9). Undefined for what is no rule.
 */
export function parseGraphRule(line: string): GraphRule | undefined {
  // Most lines of other targets need no parser.
  if (!line.startsWith('{"type":"RULE"')) return undefined;
  const { data } = ruleLine.safeParse(parseJson(line));
  if (data === undefined) return undefined;
  const { name, ruleClass, ruleInput, ruleOutput, attribute } = data.rule;
  const digests = attribute.filter(({ name: each }) => digestAttributes.has(each));
  return {
    label: fullLabel(name),
    kind: ruleClass,
    inputs: labels(ruleInput),
    outputs: labels(ruleOutput),
    digest: digests.length === 0 ? undefined : digests.map(({ stringValue }) => stringValue).join(" "),
    manual: attribute.some((each) => each.name === "tags" && each.stringListValue.includes("manual")),
  };
}

/** Of the attributes, and of the .bzl files that implement the rule (Bazel's own rules have none). */
const digestAttributes = new Set([attributeDigest, "$rule_implementation_hash"]);

const texts = z.array(z.string()).default([]);
const ruleLine = z.object({
  rule: z.object({
    ...{ name: z.string(), ruleClass: z.string(), ruleInput: texts, ruleOutput: texts },
    attribute: z
      .array(z.object({ name: z.string(), stringValue: z.string().default(""), stringListValue: texts }))
      .default([]),
  }),
});

function labels(list: readonly string[]): readonly string[] {
  return [...new Set(list.map(fullLabel))].sort(compareTexts);
}

/** `//a/b` stands for `//a/b:b`, and `@x//` (as Bazel writes some of its own) for `@@x//`, since all are canonical here. */
function fullLabel(written: string): string {
  const label = decoded(written).replace(/^@(?!@)/, "@@");
  const start = label.indexOf("//");
  if (start < 0 || label.includes(":", start)) return label;
  return `${label}:${label.slice(label.lastIndexOf("/") + 1)}`;
}
