// `npm run bench`: node test/bench/run.mjs [--json] [--strict] [--rounds N] [NAME…]
//
// Each case of cases/*.mjs exports one object {name, goal, prepare(), ours(), peer(), cleanup()}: ours and peer give a
// command {command, args, cwd?, env?}, goal is the highest ratio of ours to the peer's that is good (none: only measured).
// A case with rounds is run so often at most. With less() a third command's time is taken off ours. A case with measure() instead gives times of its own as
// {name: milliseconds}, each of which is good up to goal milliseconds.
// prepare may return a reason (a string) why the case cannot be run here. A ratio over its goal fails only with --strict.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { comparePair } from "./measure.mjs";

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    rounds: { type: "string", default: "15" },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`--rounds takes a whole number from 1, not ${options.rounds}\n`);
  process.exit(2);
}

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "cases");
process.chdir(path.resolve(folder, "../../.."));

const results = [];
for (const benchCase of await loadCases()) {
  process.stderr.write(`${benchCase.name} …\n`);
  results.push(...(await runCase(benchCase)));
}
process.stdout.write(
  options.json ? `${JSON.stringify({ rounds, node: process.version, results })}\n` : table(results),
);
const failed = results.some(({ error }) => error !== undefined);
const missed = results.some(({ ok }) => ok === false);
process.exitCode = failed || (options.strict && missed) ? 1 : 0;

async function loadCases() {
  const files = readdirSync(folder).filter((file) => file.endsWith(".mjs"));
  const modules = await Promise.all(
    files.sort().map((file) => import(pathToFileURL(path.join(folder, file)).href)),
  );
  const cases = modules.flatMap((module) => Object.values(module));
  return names.length === 0
    ? cases
    : cases.filter(({ name }) => names.some((wanted) => name.includes(wanted)));
}

/** Cleans up whatever happens; a case that fails does not keep the others from running. */
async function runCase(benchCase) {
  const { name, goal } = benchCase;
  try {
    const skipped = await benchCase.prepare();
    if (typeof skipped === "string") return [{ name, goal, skipped }];
    if (benchCase.measure !== undefined) return measured(benchCase, await benchCase.measure());
    const subjects = [await benchCase.ours(), await benchCase.peer(), await benchCase.less?.()];
    const { ours, peer } = await comparePair(...subjects, Math.min(rounds, benchCase.rounds ?? rounds));
    const ratio = ours / peer;
    return [
      {
        name,
        goal,
        oursMs: round(ours, 1),
        peerMs: round(peer, 1),
        ratio: round(ratio, 3),
        ok: goal === undefined ? undefined : ratio <= goal,
      },
    ];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    return [{ name, goal, error: message.split("\n")[0] }];
  } finally {
    await benchCase.cleanup();
  }
}

function measured({ name, goal }, times) {
  return Object.entries(times).map(([what, took]) => ({
    ...{ name: `${name}: ${what}`, goal: `${goal} ms`, oursMs: round(took, 1), ok: took <= goal },
  }));
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}

function table(rows) {
  const cells = [
    ["what", "ours ms", "peer ms", "ratio", "goal", "ok"],
    ...rows.map((row) =>
      "ok" in row
        ? [
            row.name,
            row.oursMs.toFixed(1),
            row.peerMs?.toFixed(1) ?? "-",
            row.ratio?.toFixed(2) ?? "-",
            row.goal ?? "-",
            row.ok === undefined ? "-" : row.ok ? "yes" : "NO",
          ]
        : [
            row.name,
            "-",
            "-",
            "-",
            row.goal ?? "-",
            row.skipped ? `skipped: ${row.skipped}` : `failed: ${row.error}`,
          ],
    ),
  ].map((row) => row.map(String));
  const widths = cells[0].map((_, column) =>
    Math.max(...cells.map((row) => (column === 5 ? 0 : row[column].length))),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join(" | "),
  );
  return `${lines.join("\n")}\n`;
}
