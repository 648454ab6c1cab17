import type { JsonObject } from "../../base/json-fields.ts";
import type { BazelProblem } from "../workspace/workspace.ts";
import type { FailedAction } from "./build.ts";
import { has, numberOf, objectAt, textOf } from "./fields.ts";
import { toolProblems } from "./tool-problems.ts";

/** A failed action, and where its output is. */
export interface FailedActionFiles {
  readonly label: string | undefined;
  readonly mnemonic: string;
  /** `file:///…` or `bytestream://…`; in the order in which they are worth reading. */
  readonly uris: readonly string[];
  /**
   * With what it wrote, undefined where that cannot be read: then it is looked for in Bazel's own errors of actions, which
   * hold the output as well.
   */
  readonly failure: (text: string | undefined, told: readonly BazelProblem[]) => FailedAction;
}

/** Characters of an output that are kept: its end. */
const keep = 64 * 1024;

/** Of an `actionCompleted` event; undefined for an action that did not fail (`--build_event_publish_all_actions`). */
export function failedAction(id: JsonObject, event: JsonObject): FailedActionFiles | undefined {
  const action = objectAt(event, "action");
  if (!has(event, "action") || action["success"] === true) return undefined;
  const label = textOf(action["label"]) ?? textOf(id["label"]);
  const mnemonic = textOf(action["type"]) ?? "";
  const files = [objectAt(action, "stderr"), objectAt(action, "stdout")];
  const inline = files.flatMap((file) => textOf(file["contents"]) ?? []);
  const exitCode = numberOf(action["exitCode"]);
  const why = firstLine(textOf(objectAt(action, "failureDetail")["message"]) ?? "", exitCode);
  return {
    ...{ label, mnemonic },
    uris: files.flatMap((file) => textOf(file["uri"]) ?? []),
    failure(read, told) {
      const contents = inline.map((text) => Buffer.from(text, "base64").toString("utf8")).join("");
      const said = [read ?? "", contents].find((text) => text !== "") ?? toldOutput(told, label, mnemonic);
      const text = said.slice(-keep);
      const problems = toolProblems(text);
      return {
        ...{ label, mnemonic, exitCode, output: textOf(id["primaryOutput"]), why },
        said: text,
        problems,
      };
    },
  };
}

/** `gcc failed: error executing CppCompile command (from target //a) gcc …` says nothing beyond the exit code. */
function firstLine(message: string, exitCode: number | undefined): string {
  const [first = ""] = message.split("\n");
  if (!/failed: error executing/.test(first)) return first.trim();
  return exitCode === undefined ? "failed" : `exited with ${exitCode}`;
}

function toldOutput(told: readonly BazelProblem[], label: string | undefined, mnemonic: string): string {
  const blocks = told
    .map(({ message }) => message)
    .filter((one) => new RegExp(`executing (${mnemonic} )?command`).test(one));
  const named = blocks.find((one) => label !== undefined && one.includes(label));
  const block = named ?? (blocks.length === 1 ? blocks[0] : undefined);
  if (block === undefined) return "";
  // After the command, whose lines are indented or end in a backslash.
  const lines = block.split("\n");
  const begin = lines.findIndex(
    (line, index) => index > 0 && !/^\s+\S/.test(line) && !/\\$/.test(lines[index - 1] ?? ""),
  );
  return begin < 0 ? "" : lines.slice(begin).join("\n");
}
