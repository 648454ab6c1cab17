import { beginsWith, characters } from "../line-ends.ts";
import type { Recogniser } from "../sighting.ts";
import { countSighting, sighting } from "../sighting.ts";
import { parseCount } from "./count.ts";

/**
 * Bazel's progress on stderr, with or without --show_timestamps: `[12 / 345] Compiling a.cc; 3s linux-sandbox`,
 * `[1,240 / 1,296] 12 / 45 tests, 1 failed; …`, `Analyzing: target //a (12 packages loaded, …)`, and its last words.
 * The total grows while Bazel finds actions.
 */
export function bazelRecogniser(): Recogniser {
  let total: number | undefined;
  return ({ head }) => {
    if (!beginsWith(head, starts)) return undefined;
    const text = head.startsWith("(") ? head.replace(/^\(\d\d:\d\d:\d\d(?:\.\d+)?\) /, "") : head;
    const count = /^\[([\d,]{1,15}) \/ ([\d,]{1,15})\](.*)/.exec(text);
    if (count !== null) {
      const [, done = "", of = "", rest = ""] = count;
      total = parseCount(of);
      const phase = /^ [\d,]+ \/ [\d,]+ tests?[,;]/.test(rest) ? "test" : "build";
      return countSighting(parseCount(done), total, { phase });
    }
    if (/^INFO: Build completed(?: successfully)?, /.test(text)) {
      return sighting({ fraction: 1, done: total, total, ended: true });
    }
    if (/^(?:ERROR|FAILED): Build did NOT complete/.test(text)) return sighting({ ended: true });
    const phase = /^(?:(Loading): (?:\d|$)|(Analyzing): (?:target |[\d,]+ targets))/.exec(text);
    if (phase === null) return undefined;
    return sighting({ phase: phase[1] === undefined ? "analysis" : "loading" });
  };
}

const starts = characters("([IEFLA");
