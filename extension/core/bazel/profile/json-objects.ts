const [quote, backslash, open, close] = [0x22, 0x5c, 0x7b, 0x7d];

/**
 * The texts of the objects that a large JSON document holds in its outermost object, directly or in a list: of
 * `{"a": {…}, "b": [{…}, {…}]}` all three, however it is laid out. Nothing is parsed, and no more is held than one object, so
 * that a document may have any size. Gives those that each chunk of it completes.
 */
export function jsonObjects(): (chunk: Buffer) => readonly string[] {
  const state = { inText: false, escaped: false };
  let depth = 0;
  /** Of the object that began in earlier chunks; undefined between objects. */
  let begun: Buffer[] | undefined;
  return (chunk) => {
    const found: string[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (state.inText) {
        at = skipText(chunk, at, state);
        continue;
      }
      switch (chunk[at]) {
        case quote:
          state.inText = true;
          break;
        case open:
          depth += 1;
          if (depth !== 2) break;
          begun = [];
          start = at;
          break;
        case close:
          depth -= 1;
          if (depth !== 1 || begun === undefined) break;
          found.push(joined(begun, chunk.subarray(start, at + 1)));
          begun = undefined;
          break;
        default:
      }
    }
    // Copied, since who reads the file may use the chunk again.
    begun?.push(Buffer.from(chunk.subarray(start)));
    return found;
  };
}

function joined(before: readonly Buffer[], rest: Buffer): string {
  return before.length === 0 ? rest.toString("utf8") : Buffer.concat([...before, rest]).toString("utf8");
}

/** From inside a text to its closing quote, or to the end of the chunk. */
function skipText(chunk: Buffer, from: number, state: { inText: boolean; escaped: boolean }): number {
  for (let at = from; at < chunk.length; at += 1) {
    if (state.escaped) state.escaped = false;
    else if (chunk[at] === backslash) state.escaped = true;
    else if (chunk[at] === quote) {
      state.inText = false;
      return at;
    }
  }
  return chunk.length;
}
