/** `1,234` as a number. */
export function parseCount(text: string): number {
  return Number(text.replaceAll(",", ""));
}

/** `09`, `00:09`, `1:02:03` as seconds; undefined for anything else, like the `?` and `-:--:--` of those who do not know yet. */
export function parseClock(text: string): number | undefined {
  if (!/^\d{1,6}(?::\d{2}){0,2}$/.test(text)) return undefined;
  return text.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
