import { describe, expect, it } from "vitest";
import {
  announcedStderr,
  announcing,
} from "../../../../../../extension/core/jobs/runners/container/announced.ts";

const line = "23 (my ) sh) S 0 23 23 0 -1 4194304 56 0 0 0 1 2 3 4 20 0 1 0 1189119 2703360 321 0 0\n";

async function read(chunks: readonly string[]) {
  const { stream, process } = announcedStderr();
  let rest = "";
  stream.on("data", (chunk: Buffer) => (rest += chunk.toString()));
  const ended = new Promise((resolve) => stream.once("end", resolve));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await ended;
  return { rest, process: await process };
}

describe("an announcing command (unit)", () => {
  it("is known by the first line of its stderr, wherever that is cut; all else is its own", async () => {
    for (const at of [1, 5, line.length - 1, line.length]) {
      const { rest, process } = await read([line.slice(0, at), `${line.slice(at)}no`, " room\n"]);
      expect(process).toMatchObject({ pid: 23, parent: 0, session: 23, startTime: "1189119" });
      expect(rest).toBe("no room\n");
    }
  });

  it("is not known when something else speaks first, of which nothing is lost", async () => {
    const said = "OCI runtime exec failed: exec failed: no such file\n";
    expect(await read([said])).toEqual({ rest: said, process: undefined });
    expect(await read(["half a line"])).toEqual({ rest: "half a line", process: undefined });
    expect(await read([])).toEqual({ rest: "", process: undefined });
    const long = "x".repeat(10_000);
    expect(await read([long, "\nend"])).toEqual({ rest: `${long}\nend`, process: undefined });
  });

  it("keeps the arguments as they are", () => {
    expect(announcing(["a b", "", "-c"]).slice(3)).toEqual(["sh", "a b", "", "-c"]);
  });
});
