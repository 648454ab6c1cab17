/** The headers of METADATA or PKG-INFO that we use. Format: core metadata 1.0 to 2.5, e-mail headers up to an empty line. */
export interface CoreMetadata {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly requires: readonly string[];
  readonly requiresPython: string | undefined;
  readonly extras: readonly string[];
}

/** Never fails: what is not there is undefined or empty. */
export function parseMetadata(text: string): CoreMetadata {
  const headers = headersOf(text);
  const all = (name: string) => headers.filter(([key]) => key === name).map(([, value]) => value);
  return {
    name: all("name")[0],
    version: all("version")[0],
    requires: all("requires-dist"),
    requiresPython: all("requires-python")[0],
    extras: all("provides-extra"),
  };
}

/** A line that begins with a blank goes on with the one before. */
function headersOf(text: string): readonly (readonly [string, string])[] {
  const headers: [string, string][] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === "") break;
    const last = headers.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last[1] += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    headers.push([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]);
  }
  return headers;
}

/**
 * The dependencies of an old egg-info, as Requires-Dist has them. Format: requires.txt of setuptools; sections
 * `[extra]`, `[:marker]` and `[extra:marker]`.
 */
export function parseRequiresText(text: string): Pick<CoreMetadata, "requires" | "extras"> {
  const requires: string[] = [];
  const extras: string[] = [];
  let condition = "";
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const section = /^\[([^:\]]*)(?::(.*))?\]$/.exec(line);
    if (section === null) {
      requires.push(condition === "" ? line : `${line} ; ${condition}`);
      continue;
    }
    const [, extra = "", marker = ""] = section;
    if (extra !== "") extras.push(extra);
    const parts = [marker === "" ? "" : `(${marker})`, extra === "" ? "" : `extra == "${extra}"`];
    condition = parts.filter((part) => part !== "").join(" and ");
  }
  return { requires, extras };
}
