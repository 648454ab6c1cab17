import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { evaluateCondition } from "../../../extension/core/spack/manifest/condition/condition.ts";
import { requires } from "../../support/requirements.ts";
import { host } from "../../unit/core/spack/manifest/host.ts";

interface Answer {
  readonly when: string;
  readonly result?: boolean;
  readonly error?: string;
}

const script = fileURLToPath(
  new URL("../../fixtures/spack/manifests-more/random_conditions.py", import.meta.url),
);

function ask(seed: number): readonly Answer[] {
  const options = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  return JSON.parse(execFileSync("python3", [script, String(seed), "10000"], options));
}

requires("python3")("random conditions against Python (integration)", () => {
  it.each([1, 2, 3, 4])(
    "10,000 of seed %i: never another answer than Python's, and few undecided",
    (seed) => {
      let undecided = 0;
      for (const { when, result, error } of ask(seed)) {
        const outcome = evaluateCondition(when, host);
        if (outcome.kind === "undecided") undecided++;
        else if (error === undefined) expect(outcome, when).toEqual({ kind: "value", value: result });
        else expect(outcome.kind, when).toBe("error");
      }
      expect(undecided).toBeLessThan(700);
    },
  );

  it.each(["target", "os", "environment"] as const)(
    "with %s unknown, no answer contradicts Python's",
    (name) => {
      let decided = 0;
      for (const { when, result, error } of ask(3)) {
        const outcome = evaluateCondition(when, { ...host, [name]: undefined });
        if (outcome.kind !== "value") continue;
        decided++;
        expect([when, error, outcome.value]).toEqual([when, undefined, result]);
      }
      expect(decided).toBeGreaterThan(3000);
    },
  );
});
