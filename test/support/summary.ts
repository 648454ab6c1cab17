// Adds up a test run: `node test/support/summary.ts FOLDER` (Node 24 runs it as it is) prints what failed, what was
// skipped and why, and as the last line the totals; it exits 1 when anything failed.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** What reporter.ts writes for one project. */
export interface Summary {
  readonly passed: number;
  /** A title for each failure. */
  readonly failed: readonly string[];
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}

/** Something that is no test and failed or was left out: lines `failed|skipped TAB name TAB reason` of parts.tsv. */
export interface Part {
  readonly outcome: "failed" | "skipped";
  readonly name: string;
  readonly reason: string;
}

/** The text to print and whether all went well. Parts left out are listed, but only tests are counted as skipped. */
export function report(summaries: readonly Summary[], parts: readonly Part[]): { text: string; ok: boolean } {
  const ran = summaries.some(({ passed, failed }) => passed + failed.length > 0);
  const failed = [
    ...(ran ? [] : ["no test ran"]),
    ...parts.filter(({ outcome }) => outcome === "failed").map(({ name, reason }) => `${name}: ${reason}`),
    ...summaries.flatMap((summary) => summary.failed),
  ];
  const tests = summaries.flatMap((summary) => summary.skipped);
  const leftOut = parts.filter(({ outcome }) => outcome === "skipped");
  const skipped = [...leftOut.map(({ name, reason }) => `${name}: ${reason}`), ...byReason(tests)];
  const passed = summaries.reduce((sum, summary) => sum + summary.passed, 0);
  const totals = [
    `${passed} passed`,
    `${failed.length} failed`,
    ...(tests.length ? [`${tests.length} skipped`] : []),
  ];
  const text = [
    ...(failed.length === 0 ? [] : ["Failed:", ...failed.map(item), ""]),
    "Skipped, and why:",
    ...(skipped.length === 0 ? ["- nothing"] : skipped.map(item)),
    "",
    totals.join(", "),
  ];
  return { text: `${text.join("\n")}\n`, ok: failed.length === 0 };
}

/** One entry a reason, with the tests below it. */
function byReason(tests: Summary["skipped"]): string[] {
  const reasons = [...new Set(tests.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const titles = tests.filter((test) => test.reason === reason).map(({ title }) => title);
    return [`${reason} (${titles.length})`, ...titles.map((title) => `  ${title}`)].join("\n");
  });
}

function item(text: string): string {
  return `- ${text.split("\n").join("\n  ")}`;
}

/** The lines of parts.tsv; what is none is a failure of its own, so that nothing is lost. */
export function parseParts(text: string): Part[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [outcome, name, reason] = line.split("\t");
      if ((outcome === "failed" || outcome === "skipped") && name !== undefined && reason !== undefined) {
        return { outcome, name, reason };
      }
      return { outcome: "failed", name: "test/run.sh", reason: `cannot be read: ${line}` };
    });
}

function main(folder: string): void {
  const read = (name: string) => {
    const file = path.join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  const summaries = ["unit.json", "integration.json"].flatMap((name) => {
    const text = read(name);
    // reporter.ts of the same checkout wrote it, a moment ago.
    const summary: Summary | undefined = text === "" ? undefined : JSON.parse(text);
    return summary === undefined ? [] : [summary];
  });
  const { text, ok } = report(summaries, parseParts(read("parts.tsv")));
  process.stdout.write(text);
  process.exitCode = ok ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2] ?? ".");
