import { describe, expect, test } from "vitest";
import { evaluateCondition } from "../../../../../extension/core/spack/manifest/condition/condition.ts";
import { fixture, host } from "./host.ts";

interface Answer {
  readonly when: string;
  readonly result?: boolean;
  readonly error?: string;
}

const answers: readonly Answer[] = fixture("conditions.json").conditions;

/** Python that Spack evaluates and we say to be undecided, all of it. */
const left = [
  "b'linux' == platform",
  "f'{platform}' == 'linux'",
  "__import__('os').sep == '/'",
  "[x for x in 'ab']",
  "lambda: 1",
  "...",
  "platform is 'linux'",
];

describe("evaluateCondition (unit)", () => {
  test.each(answers.filter(({ result }) => result !== undefined))("decides $when as Spack does", (answer) => {
    const outcome = evaluateCondition(answer.when, host);
    if (left.includes(answer.when)) expect(outcome.kind).toBe("undecided");
    else expect(outcome).toEqual({ kind: "value", value: answer.result });
  });

  test.each(answers.filter(({ error }) => error !== undefined))(
    "fails on $when as Spack does",
    ({ when }) => {
      expect(evaluateCondition(when, host).kind).not.toBe("value");
    },
  );
});
