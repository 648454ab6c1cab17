import { countSighting, type Recogniser, type Sighting, sighting } from "../sighting.ts";

/**
 * The line by which a job tells its progress itself, described in docs/guide/jobs-progress.md:
 * `::sygaldry progress=0.42 phase="second epoch" eta=120::`. A line with anything malformed counts as ordinary output.
 */
export function declaredRecogniser(): Recogniser {
  return ({ head, whole }) => {
    if (!head.startsWith(begin) || whole.length > longest) return undefined;
    const text = head.trimEnd();
    if (!text.endsWith("::")) return undefined;
    const values = fields(text.slice(begin.length, -2).trim());
    return values === undefined ? undefined : declaredSighting(values);
  };
}

const begin = "::sygaldry ";
const longest = 500;

/** `KEY=VALUE KEY="JSON text"`, or undefined when it is anything else. */
function fields(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  const field = /([a-z]{1,20})=("(?:[^"\\]|\\.)*"|[^\s"]+)(?: +|$)/y;
  while (field.lastIndex < text.length) {
    const [, key, value] = field.exec(text) ?? [];
    if (key === undefined || value === undefined) return undefined;
    const given = value.startsWith('"') ? jsonText(value) : value;
    if (given === undefined) return undefined;
    found.set(key, given);
  }
  return found;
}

function jsonText(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function declaredSighting(values: ReadonlyMap<string, string>): Sighting | undefined {
  const phase = values.get("phase");
  const eta = values.has("eta") ? decimal(values.get("eta")) : undefined;
  if (values.has("eta") && eta === undefined) return undefined;
  const said = { phase, eta };
  const progress = values.get("progress");
  if (progress === undefined) return phase === undefined && eta === undefined ? undefined : sighting(said);
  const [, done, total] = /^(\d{1,15})\/(\d{1,15})$/.exec(progress) ?? [];
  if (done !== undefined) return countSighting(Number(done), Number(total), said);
  const [, percent] = /^(.+)%$/.exec(progress) ?? [];
  const fraction = percent === undefined ? decimal(progress) : (decimal(percent) ?? Number.NaN) / 100;
  return fraction !== undefined && fraction <= 1 ? sighting({ ...said, fraction }) : undefined;
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}(?:\.\d{1,12})?$/.test(text) ? Number(text) : undefined;
}
