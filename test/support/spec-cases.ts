import { readFileSync } from "node:fs";
import { spackFixture } from "./spack-fixtures.ts";
import type { LockQueries } from "./spack-verdicts.ts";
import type { SpecCases } from "./spec-generator.ts";

/** Corners of the spec language, chosen by hand: test/fixtures/spack/specs-more/*.txt. */
export function chosenCases(): SpecCases {
  const pairs = lines("pairs.txt").map((line) => {
    const [a = "", b = ""] = line.split(" | ");
    return [a, b] as const;
  });
  return { specs: lines("specs.txt"), pairs };
}

/** What `spack find` could be asked about the fixtures' locks. */
export function chosenQueries(): readonly LockQueries[] {
  return ["demo", "medium"].map((lock) => ({ lock, queries: lines(`queries-${lock}.txt`) }));
}

/** One case a line; \n, \t and \uXXXX stand for characters, \\ for a backslash before one of these letters. */
function lines(file: string): readonly string[] {
  const text = readFileSync(spackFixture("specs-more", file), "utf8");
  return text.split("\n").slice(0, -1).map(unescaped);
}

function unescaped(line: string): string {
  return line.replace(/\\(?:(n)|(t)|u([0-9a-f]{4})|\\(?=[nu]))/g, (_, newLine, tab, code) =>
    newLine ? "\n" : tab ? "\t" : code ? String.fromCharCode(Number.parseInt(code, 16)) : "\\",
  );
}
