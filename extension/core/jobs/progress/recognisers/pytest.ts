import { countSighting, type Recogniser, type Sighting, sighting } from "../sighting.ts";

/**
 * pytest 6 to 9, quiet, verbose, or with xdist: `tests/a.py ..F. [ 57%]` (or `[ 57/100]`), `collected 230 items`, and the
 * last line, `== 12 passed, 1 failed in 3.20s ==`.
 */
export function pytestRecogniser(): Recogniser {
  let total: number | undefined;
  let session = false;
  return ({ head, tail }) => {
    if (head.startsWith("=") && /^=+ test session starts =+$/.test(head)) {
      session = true;
      total = undefined;
      return sighting({ phase: "collect", fresh: true });
    }
    const collected = session ? collectedItems(head) : undefined;
    if (collected !== undefined) {
      total = collected;
      return sighting({ phase: "test", fraction: 0, total });
    }
    const ran = summary(head);
    if (ran !== undefined) {
      session = false;
      return ranSighting(ran, total);
    }
    const bracket = tail.lastIndexOf("[");
    if (!(tail.endsWith("]") && bracket >= 0 && isResult(tail.slice(0, bracket)))) {
      return head.startsWith("[gw") ? workerSighting(head, total) : undefined;
    }
    return bracketSighting(tail.slice(bracket), total);
  };
}

function bracketSighting(bracket: string, total: number | undefined): Sighting | undefined {
  const [, percent, done, of] = /^\[ *(?:(\d{1,3})%|(\d{1,9})\/(\d{1,9}))\]$/.exec(bracket) ?? [];
  if (done !== undefined) return countSighting(Number(done), Number(of), { phase: "test" });
  if (percent === undefined || Number(percent) > 100) return undefined;
  return sighting({ fraction: Number(percent) / 100, total, phase: "test" });
}

/** `[gw0] [ 57%] PASSED test_a.py::test_a` of xdist. */
function workerSighting(head: string, total: number | undefined): Sighting | undefined {
  const [, bracket] = /^\[gw\d{1,5}\] (\[ *[\d/%]{1,20}\]) [A-Z]+ /.exec(head) ?? [];
  return bracket === undefined ? undefined : bracketSighting(bracket, total);
}

/** Either letters of results after an optional file, or a verbose result. */
function isResult(text: string): boolean {
  return (
    /(?:^|\s)[.FEsxXpPR,]+ *$/.test(text) ||
    /\b(?:PASSED|FAILED|SKIPPED|ERROR|XFAIL|XPASS|RERUN)\b/.test(text)
  );
}

function collectedItems(head: string): number | undefined {
  const [, all, selected, workers] =
    /^(?:collected (\d{1,9}) items?(?:.*\/ (\d{1,9}) selected)?|\d{1,5} workers \[(\d{1,9}) items?\])/.exec(
      head,
    ) ?? [];
  const items = selected ?? all ?? workers;
  return items === undefined ? undefined : Number(items);
}

/** How many tests the last line counts. */
function summary(head: string): number | undefined {
  if (!head.includes(" in ")) return undefined;
  const text = head.replace(/^=+ /, "").replace(/ =+$/, "");
  const [, results] = /^(.+) in [\d.]+s(?: \([\d:]+\))?$/.exec(text) ?? [];
  if (results === "no tests ran") return 0;
  const parts = (results ?? "").split(", ").map((part) => /^(\d{1,9}) ([a-z]+)$/.exec(part));
  if (parts.some((part) => part === null || !words.has(part[2] ?? ""))) return undefined;
  return parts
    .filter((part) => outcomes.has(part?.[2] ?? ""))
    .reduce((sum, part) => sum + Number(part?.[1]), 0);
}

/** With `-x` or an error fewer ran than were collected. */
function ranSighting(ran: number, total: number | undefined): Sighting {
  const all = total === undefined || ran >= total;
  if (ran === 0 || !all) return sighting({ done: ran, total, ended: true, phase: "test" });
  return sighting({ fraction: 1, done: ran, total: ran, ended: true, phase: "test" });
}

const outcomes = new Set(["passed", "failed", "skipped", "xfailed", "xpassed", "error", "errors"]);
const words = new Set([...outcomes, "deselected", "warning", "warnings", "rerun", "subtests"]);
