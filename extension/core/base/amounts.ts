const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** Seconds of `90`, `1.5s`, `15m`, `8h`, `2d`, `1h30m`; undefined for what is no time. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(s|m|min|h|d)?)+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(s|min|m|h|d)?/g)];
  if (parts.slice(0, -1).some(([, , unit]) => unit === undefined)) return undefined;
  return parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (units[unit] ?? 1), 0);
}

/** Bytes of `500`, `10kB`, `1.5GB` (decimal) or `2GiB` (binary); undefined for what is no size. */
export function parseSize(text: string): number | undefined {
  const [, number, prefix = "", binary] = /^(\d+(?:\.\d+)?)\s*(?:([kMGT])?(i)?B?)$/i.exec(text) ?? [];
  if (number === undefined || (binary !== undefined && prefix === "")) return undefined;
  const power = ["", "k", "m", "g", "t"].indexOf(prefix.toLowerCase());
  return Math.round(Number(number) * (binary === undefined ? 1000 : 1024) ** power);
}
