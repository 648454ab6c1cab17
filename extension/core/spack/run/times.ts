export interface Times {
  /** Seconds by phase, names in lower case. */
  readonly phases: Readonly<Record<string, number>>;
  readonly seconds: number | undefined;
}

/** `  Stage: 0.04s.  Install: 1m 2.50s.  Total: 1m 2.54s`, as Spack ends an installation; undefined for other lines. */
export function timesLine(line: string): Times | undefined {
  if (!/^ {2}[A-Z][\w -]*: .*Total: \S/.test(line) && !/^ {2}Total: \S/.test(line)) return undefined;
  const entries = [...line.matchAll(/([A-Z][\w -]*): ((?:\d+h ?)?(?:\d+m ?)?(?:[\d.]+s)?)/g)].map(
    ([, name = "", time = ""]) => [name.toLowerCase(), seconds(time)] as const,
  );
  const { total, ...phases } = Object.fromEntries(entries);
  return { phases, seconds: total };
}

function seconds(text: string): number {
  const [, hours = "0", minutes = "0", rest = "0"] =
    /^(?:(\d+)h ?)?(?:(\d+)m ?)?(?:([\d.]+)s)?$/.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}
