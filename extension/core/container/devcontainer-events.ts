import { stripVTControlCharacters } from "node:util";
import * as z from "zod";

/** What the devcontainers CLI tells on stderr, one thing at a time. `time` is in milliseconds since the epoch. */
export type DevcontainerEvent =
  /** One full line that a program it runs printed, without colours; `channel` names a lifecycle command's. */
  | {
      readonly kind: "output";
      readonly text: string;
      readonly time: number;
      readonly channel: string | undefined;
    }
  /** What the CLI says itself. Levels: 1 trace, 2 debug, 3 info, 4 warning, 5 error. */
  | { readonly kind: "message"; readonly text: string; readonly time: number; readonly level: number }
  /** `channel` names the lifecycle command whose process it is. */
  | {
      readonly kind: "start" | "stop";
      readonly text: string;
      readonly time: number;
      readonly level: number;
      readonly channel: string | undefined;
    }
  /** A lifecycle command: "running", "succeeded", "failed". */
  | { readonly kind: "progress"; readonly name: string; readonly status: string; readonly time: number }
  /** A line that is no event: stack traces, mostly. */
  | { readonly kind: "other"; readonly text: string };

export interface EventReader {
  /** The events that one line of stderr completes. */
  read(line: string): readonly DevcontainerEvent[];
  /** What is left of an unfinished line of output. */
  end(): readonly DevcontainerEvent[];
}

/**
 * Reads what `devcontainer … --log-format json` (@devcontainers/cli 0.89) writes to stderr: one JSON object a line with
 * `type` text, raw, start, stop or progress, and lines of other kinds between them. Raw output comes in pieces cut
 * anywhere; they are joined to lines.
 */
export function eventReader(): EventReader {
  let partial = "";
  let channel: string | undefined;
  let time = 0;
  const output = (text: string): DevcontainerEvent => ({
    kind: "output",
    text: cleanLine(text),
    time,
    channel,
  });
  const flush = (): DevcontainerEvent[] => {
    const rest = partial;
    partial = "";
    return cleanLine(rest) === "" ? [] : [output(rest)];
  };
  return {
    read(line) {
      const event = parseEvent(line);
      if (event === undefined) return line.trim() === "" ? [] : [...flush(), { kind: "other", text: line }];
      const before = event.type === "raw" && event.channel === channel ? [] : flush();
      time = event.timestamp ?? time;
      if (event.type !== "raw") return [...before, ...toEvents(event, time)];
      channel = event.channel;
      const lines = (partial + (event.text ?? "")).split("\n");
      partial = lines.pop() ?? "";
      return [...before, ...lines.map(output)];
    },
    end: flush,
  };
}

const schema = z.object({
  type: z.enum(["text", "raw", "start", "stop", "progress"]),
  level: z.number().optional(),
  timestamp: z.number().optional(),
  text: z.string().optional(),
  channel: z.string().optional(),
  name: z.string().optional(),
  status: z.string().optional(),
});

type RawEvent = z.infer<typeof schema>;

function parseEvent(line: string): RawEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function toEvents(event: RawEvent, time: number): DevcontainerEvent[] {
  const level = event.level ?? 3;
  const text = event.text ?? "";
  switch (event.type) {
    case "start":
    case "stop":
      return [{ kind: event.type, text, time, level, channel: event.channel }];
    case "progress":
      return [{ kind: "progress", name: event.name ?? "", status: event.status ?? "", time }];
    default: {
      const clean = stripVTControlCharacters(text).replaceAll("\r", "").trim();
      return clean === "" ? [] : [{ kind: "message", text: clean, time, level }];
    }
  }
}

/** Without colours, and of a line that was overwritten (a progress bar) only the last state. */
function cleanLine(line: string): string {
  const states = stripVTControlCharacters(line).split("\r");
  return states.findLast((state) => state !== "") ?? "";
}
