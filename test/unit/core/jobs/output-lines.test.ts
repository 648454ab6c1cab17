import { describe, expect, it } from "vitest";
import { type OutputLine, outputLines } from "../../../../extension/core/jobs/log/output-lines.ts";

function linesOf(...chunks: readonly (string | Buffer)[]): readonly (string | OutputLine)[] {
  const lines = outputLines();
  const found = chunks.flatMap((chunk) => lines.feed(Buffer.from(chunk as string)));
  return [...found, ...lines.end()];
}

describe("outputLines (unit)", () => {
  it("splits at line ends, and keeps a last line without one", () => {
    expect(linesOf("a\nb\r\n\nc")).toEqual(["a", "b", "", "c"]);
    expect(linesOf("a\n")).toEqual(["a"]);
    expect(linesOf("")).toEqual([]);
  });

  it("gives the same lines wherever the chunks are cut", () => {
    const bytes = Buffer.from("één\n€uro 😀 x\r\n\nplain\nlast ü");
    const whole = linesOf(bytes);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(linesOf(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toEqual(whole);
    }
    expect(linesOf(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it("keeps the bytes of what is no UTF-8 beside its text, and only there", () => {
    const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x0a, 0x62, 0x0a]);
    expect(linesOf(bytes)).toEqual([{ text: "a\ufffd\ufffd", raw: bytes.subarray(0, 3) }, "b"]);
    expect(linesOf(Buffer.from([0xc3]))).toEqual([{ text: "\ufffd", raw: Buffer.from([0xc3]) }]);
  });

  it("ends no piece within a secret", () => {
    const lines = outputLines(["hunter2hunter2", "another secret"]);
    const shown = (text: string) => {
      lines.feed(Buffer.from(text));
      return lines.peek(true).map((line) => line.text);
    };
    expect(shown("the password is hunter2hun")).toEqual(["the password is "]);
    expect(shown("ter2, says ano")).toEqual(["hunter2hunter2, says "]);
    expect(shown("body")).toEqual(["anobody"]);
    const before = "x".repeat(64 * 1024 - 6);
    const found = outputLines(["hunter2hunter2"]).feed(Buffer.from(`${before}hunter2hunter2`));
    expect(found).toEqual([expect.objectContaining({ more: true })]);
    const half = outputLines(["hunter2hunter2"]).feed(Buffer.from(`${before}hunter2`));
    expect(half).toEqual([{ text: before, more: true }]);
  });

  it("gives a very long line in pieces that end between two characters, and together are the line", () => {
    const line = `${"€".repeat(200_000)}end`;
    const bytes = Buffer.from(`${line}\nnext\n`);
    const chunks = [];
    for (let at = 0; at < bytes.length; at += 65_537) chunks.push(bytes.subarray(at, at + 65_537));
    const found = linesOf(...chunks);
    const text = found.map((one) => (typeof one === "string" ? one : one.text));
    expect(found.slice(0, -2).every((one) => typeof one !== "string" && one.more === true)).toBe(true);
    expect(found.length).toBeGreaterThan(5);
    expect(text.slice(0, -1).join("")).toBe(line);
    expect(text.at(-1)).toBe("next");
  });

  it("keeps the last state of a line that is drawn over, and counts the others", () => {
    expect(linesOf("  1%\r 50%\r100%\nnext\n")).toEqual([{ text: "100%", folded: 2 }, "next"]);
    expect(linesOf("  1%\r", " 50%\r", "100%\r", "\n")).toEqual([{ text: "100%", folded: 2 }]);
    expect(linesOf("1\r2\r3\r")).toEqual([{ text: "3", folded: 2 }]);
  });

  it("holds no more than a line's worth of a bar that goes on for ever", () => {
    const lines = outputLines();
    for (let step = 0; step < 20_000; step++) expect(lines.feed(Buffer.from(`step ${step}\r`))).toEqual([]);
    expect(lines.peek(true)).toEqual([{ text: "step 19998", folded: 19_998 }]);
    expect(lines.feed(Buffer.from("done\n"))).toEqual([{ text: "done", folded: 1 }]);
  });

  it("tells a prompt that waits for its line's end, once", () => {
    const lines = outputLines();
    lines.feed(Buffer.from("Password: "));
    expect(lines.peek(true)).toEqual([{ text: "Password: ", more: true }]);
    expect(lines.peek(true)).toEqual([]);
    expect(lines.feed(Buffer.from("ok\n"))).toEqual(["ok"]);
  });
});
