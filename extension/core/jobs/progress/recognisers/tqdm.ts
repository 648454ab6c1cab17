import { type Recogniser, type Sighting, sighting } from "../sighting.ts";
import { parseClock } from "./count.ts";

/**
 * tqdm 4: `train:  57%|█████▋    | 57/100 [00:12<00:09,  4.50it/s]`, also in ASCII, with scaled units (`1.20M/5.00M`),
 * and of an unknown total (`20it [00:00, 49.57it/s]`).
 */
export function tqdmRecogniser(): Recogniser {
  return ({ tail }) => {
    const bar = tail.indexOf("%|");
    return bar < 0 ? endlessBar(tail) : boundedBar(tail.slice(0, bar), tail.slice(bar + 2));
  };
}

function boundedBar(before: string, after: string): Sighting | undefined {
  const percent = Number(/(?:^|[ :])(\d{1,3})$/.exec(before)?.[1] ?? Number.NaN);
  const numbers = after.slice(after.indexOf("|") + 1);
  const [, done = "", total = "", eta = ""] =
    /^ *([\d.]{1,15}[kMGTPEZY]?)\/([\d.]{1,15}[kMGTPEZY]?) \[[^\]<]{0,30}<([^,\]]{0,30})/.exec(numbers) ?? [];
  if (!(percent <= 100) || total === "") return undefined;
  const title = before
    .slice(0, before.length - String(percent).length)
    .trim()
    .replace(/:$/, "");
  return sighting({
    ...{
      done: scaled(done),
      total: scaled(total),
      fraction: fractionOf(scaled(done), scaled(total), percent),
    },
    ...{ phase: title === "" ? undefined : title, bar: `${title}/${total}`, eta: parseClock(eta) },
  });
}

/** The percentage is rounded, and so are scaled numbers. */
function fractionOf(done: number, total: number, percent: number): number {
  const exact = total > 0 ? done / total : Number.NaN;
  return Math.abs(exact * 100 - percent) <= 1 ? Math.min(1, exact) : percent / 100;
}

function endlessBar(tail: string): Sighting | undefined {
  if (!tail.endsWith("/s]")) return undefined;
  const [, title, done = ""] =
    /^(?:(.{1,100}): )?([\d.]{1,15}[kMGTPEZY]?)[A-Za-z]{1,20} \[[\d:]{1,15}, +[\d.?]{1,15} ?[A-Za-z]{1,20}\/s\]$/.exec(
      tail,
    ) ?? [];
  return done === "" ? undefined : sighting({ done: scaled(done), phase: title, bar: title ?? "" });
}

const scales = "kMGTPEZY";

function scaled(text: string): number {
  const scale = scales.indexOf(text.at(-1) ?? "");
  return scale < 0 || text === "" ? Number(text) : Number(text.slice(0, -1)) * 1000 ** (scale + 1);
}
