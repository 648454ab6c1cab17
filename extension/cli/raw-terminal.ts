import { spawnSync } from "node:child_process";

/**
 * Puts the terminal at stdin into raw mode; the returned function puts it back as it was. Node's own raw mode leaves
 * the terminal making CR LF of each line feed (libuv's UV_TTY_MODE_RAW sets ONLCR), which the container's terminal has
 * done already: a captured line would end in CR CR LF. Hence stty, where there is one.
 */
export function rawTerminal(): () => void {
  const before = process.platform === "win32" ? undefined : stty("-g")?.trim();
  if (before === undefined || stty("raw", "-echo", "-iexten") === undefined) {
    process.stdin.setRawMode(true);
    return () => process.stdin.setRawMode(false);
  }
  const restore = () => {
    process.removeListener("exit", restore);
    stty(before);
  };
  process.once("exit", restore);
  return restore;
}

/** What it printed; undefined when it failed or is not there. */
function stty(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("stty", args, {
    stdio: ["inherit", "pipe", "ignore"],
    encoding: "utf8",
  });
  return status === 0 ? stdout : undefined;
}
