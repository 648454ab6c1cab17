import pc from "picocolors";

/** Where progress is shown: stderr, in a terminal as a live display. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface LiveLines {
  /** A line that stays, above those at work. */
  readonly print: (line: string) => void;
  /** Replaces the lines at work; nothing where the stream is no terminal. */
  readonly draw: (lines: readonly string[]) => void;
  readonly erase: () => void;
}

/** Lines that stay, and below them lines that change. */
export function liveLines(stream: ProgressStream): LiveLines {
  let drawn = 0;
  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  return {
    erase,
    print(line) {
      erase();
      stream.write(`${cutToWidth(stream, line)}\n`);
    },
    draw(lines) {
      erase();
      if (!stream.isTTY) return;
      for (const line of lines) stream.write(`${cutToWidth(stream, line)}\n`);
      drawn = lines.length;
    },
  };
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

export function spinner(now: number): string {
  return pc.cyan(frames[Math.floor(now / 100) % frames.length] ?? "");
}

export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Cut to one line of the terminal; escape sequences take no room. */
function cutToWidth(stream: ProgressStream, line: string): string {
  const width = stream.isTTY ? (stream.columns || 80) - 1 : 200;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
  const parts = line.split(/(\u001b\[[0-9;]*m)/);
  let room = width;
  let cut = false;
  const kept = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    if (cut) return "";
    cut = part.length > room;
    const shown = cut ? `${part.slice(0, Math.max(0, room - 1))}…` : part;
    room -= part.length;
    return shown;
  });
  return kept.join("");
}
