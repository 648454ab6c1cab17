/** The path of a `file:` address; undefined for what is elsewhere (`bytestream://…`). */
export function localFile(uri: string | undefined): string | undefined {
  const [, text] = /^file:\/\/(\/.*)$/.exec(uri ?? "") ?? [];
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
