import { describe, expect, it } from "vitest";
import { eventReader } from "../../../../extension/core/container/devcontainer-events.ts";
import { eventsOf, transcript } from "../../../support/transcripts.ts";

const raw = (text: string, more: object = {}) =>
  JSON.stringify({ type: "raw", level: 3, timestamp: 5, text, ...more });

describe("eventReader", () => {
  it("joins output that comes in pieces, and takes the colours away", () => {
    const lines = [raw("one\ntw"), raw("o\n\u001b[91mW\u001b[0m"), raw("\u001b[91m: three\n\u001b[0m")];
    expect(eventsOf(lines.join("\n")).map((event) => "text" in event && event.text)).toEqual([
      "one",
      "two",
      "W: three",
    ]);
  });

  it("keeps the last state of a line that was overwritten", () => {
    expect(eventsOf(raw("sent 1 kB\rsent 2 kB\r\r\nnext\r\n"))).toMatchObject([
      { text: "sent 2 kB" },
      { text: "next" },
    ]);
  });

  it("ends an unfinished line when something else follows, when the channel changes, and at the end", () => {
    const reader = eventReader();
    expect(reader.read(raw("Reading package lists..."))).toEqual([]);
    expect(reader.read('{"type":"start","level":2,"timestamp":7,"text":"Run: x"}')).toMatchObject([
      { kind: "output", text: "Reading package lists..." },
      { kind: "start", text: "Run: x", time: 7 },
    ]);
    expect(reader.read(raw("left"))).toEqual([]);
    expect(reader.read(raw("right", { channel: "postCreate" }))).toMatchObject([
      { text: "left", channel: undefined },
    ]);
    expect(reader.end()).toMatchObject([{ text: "right", channel: "postCreate" }]);
    expect(reader.end()).toEqual([]);
  });

  it("takes lines that are no events as they are", () => {
    const odd = ["    at async x (file.js:1:2)", "{not json", '{"type":"unheard-of"}', "[]"];
    expect(eventsOf(odd.join("\n"))).toEqual(odd.map((text) => ({ kind: "other", text })));
  });

  it("tolerates fields and levels it does not know", () => {
    expect(eventsOf('{"type":"text","text":"hi","new":{"a":1}}')).toEqual([
      { kind: "message", text: "hi", time: 0, level: 3 },
    ]);
  });

  it("gives progress events the time of what came before", () => {
    const lines = [raw("x\n"), '{"type":"progress","name":"Running onCreateCommand...","status":"running"}'];
    expect(eventsOf(lines.join("\n"))[1]).toEqual({
      ...{ kind: "progress", name: "Running onCreateCommand...", status: "running", time: 5 },
    });
  });

  it("reads a whole real run", () => {
    const events = eventsOf(transcript("lifecycle").stderr);
    expect(events.filter((event) => event.kind === "progress").map((event) => event.status)).toEqual([
      "running",
      "failed",
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "output", text: "trouble", channel: "postCreate" }),
    );
    expect(events.findLast((event) => event.kind === "other")).toMatchObject({
      text: expect.stringMatching(/^ {4}at /),
    });
  });
});
