import { beginsWith, characters } from "../line-ends.ts";
import { countSighting, type Recogniser, type Sighting, sighting } from "../sighting.ts";
import { parseClock } from "./count.ts";

/**
 * `pip install` (23 to 26): what it collects, the bar of each download (also `--progress-bar raw`), and the installation.
 * pip does not say in advance how many packages there will be, so only a download and the end have a percentage.
 */
export function pipRecogniser(): Recogniser {
  let phase: string | undefined;
  let packages = 0;
  const inPhase = (next: string, seen: Partial<Sighting>): Sighting => {
    const fresh = next !== phase;
    phase = next;
    return sighting({ phase, fresh, ...seen });
  };
  return ({ head, whole }) => {
    if (!beginsWith(head, starts)) return undefined;
    if (/^Collecting [A-Za-z0-9][\w.-]{0,100}(?:\[[^\]]{0,100}\])?(?:$|[<>=!~;@]| \(from | @ )/.test(head)) {
      packages = phase === undefined ? 1 : packages + 1;
      return inPhase("collect", { done: packages });
    }
    const [, file] = /^ *Downloading (\S{1,200}) \([\d.]+ [kMG]?B\)$/.exec(head) ?? [];
    if (file !== undefined) return inPhase(`download ${nameOf(file)}`, {});
    if (phase === undefined && !head.startsWith(installing)) return undefined;
    if (head.startsWith(installing)) return inPhase("install", { fraction: 0, done: 0, total: items(whole) });
    if (head.startsWith("Successfully installed ")) {
      const total = whole.trim().split(" ").length - 2;
      const end = inPhase("install", { fraction: 1, done: total, total, ended: true });
      phase = undefined;
      return { ...end, fresh: false };
    }
    if (head.startsWith("ERROR: ")) return sighting({ phase, ended: true });
    return phase?.startsWith("download ") ? download(head, phase) : undefined;
  };
}

const starts = characters(" CDISEP");
const installing = "Installing collected packages: ";

function items(line: string): number {
  return line.split(", ").length;
}

function download(head: string, phase: string): Sighting | undefined {
  const [, raw, of] = /^Progress (\d{1,15}) of (\d{1,15})$/.exec(head) ?? [];
  if (raw !== undefined) return countSighting(Number(raw), Number(of), { phase });
  const [, done, total, unit = "", eta = ""] =
    /^[ ━╸╺-]{5,200} ([\d.]{1,15})\/([\d.]{1,15}) ([kMG]?B) .{1,20} eta ([\d:-]{1,15})/.exec(head) ?? [];
  if (done === undefined) return undefined;
  const size = { "": 1, k: 1e3, M: 1e6, G: 1e9 }[unit.slice(0, -1)] ?? 1;
  return countSighting(Number(done) * size, Number(total) * size, { phase, eta: parseClock(eta) });
}

/** The name in `NAME-VERSION-….whl` and `NAME-VERSION.tar.gz`. */
function nameOf(file: string): string {
  return /^([^-]+)-/.exec(file)?.[1] ?? file;
}
