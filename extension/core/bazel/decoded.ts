/**
 * Bazel 7.7 holds UTF-8 as Latin-1 inside, and writes each of its bytes to JSON as a letter: "é" comes as "Ã©". What is no
 * UTF-8 when taken back is as it was meant.
 */
export function decoded(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[^\0-\xff]/.test(text)) return text;
  const taken = Buffer.from(text, "latin1").toString("utf8");
  return taken.includes("\ufffd") ? text : taken;
}
