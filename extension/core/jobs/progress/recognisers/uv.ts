import { beginsWith, characters } from "../line-ends.ts";
import { countSighting, type Recogniser, type Sighting, sighting } from "../sighting.ts";

/** `uv pip install`, `uv sync` (0.4 to 0.13): its summaries, and what it downloads and builds, of which only the large are told. */
export function uvRecogniser(): Recogniser {
  let phase: string | undefined;
  let begun = 0;
  let ready = 0;
  const inPhase = (next: string, seen: Partial<Sighting>): Sighting => {
    const fresh = next !== phase;
    phase = next;
    return sighting({ phase, fresh, ...seen });
  };
  const piece = (ended: boolean): Sighting | undefined => {
    if (ended) ready += 1;
    else begun += 1;
    const fresh = phase !== "download";
    phase = "download";
    return countSighting(Math.min(ready, begun), Math.max(begun, 1), { phase, fresh });
  };
  return ({ head }) => {
    if (!beginsWith(head, starts)) return undefined;
    const [, verb, count] =
      /^(Resolved|Prepared|Installed|Audited) (\d{1,9}) packages? in \d/.exec(head) ?? [];
    if (verb === undefined) {
      if (/^ *(?:Downloading \S{1,200} \([\d.]+[KMG]iB\)|Building \S{1,200}(?: @ .*)?)$/.test(head))
        return piece(false);
      return begun > 0 && /^ *(?:Downloaded|Built) \S{1,200}(?: @ .*)?$/.test(head) ? piece(true) : undefined;
    }
    begun = 0;
    ready = 0;
    const total = Number(count);
    if (verb === "Resolved") return inPhase("prepare", { total });
    if (verb === "Prepared") return inPhase("install", { fraction: 0, done: 0, total });
    phase = undefined;
    return sighting({ phase: "install", fraction: 1, done: total, total, ended: true });
  };
}

const starts = characters(" RPIADB");
