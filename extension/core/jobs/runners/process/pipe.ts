import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";

/** A pipe whose writing end is for a child. */
export interface Pipe {
  readonly reader: Readable;
  /** Give it to the child, then close it here. */
  readonly writer: number;
}

/**
 * So many real pipes, or undefined where they cannot be made. Node itself gives children socket pairs, and what is a
 * socket cannot be opened again as /dev/stdout or /dev/stderr, which shell scripts do.
 */
export function makePipes(count: number): readonly Pipe[] | undefined {
  const name = path.join(tmpdir(), `sygaldry-${process.pid}-${randomBytes(6).toString("hex")}`);
  const files = Array.from({ length: count }, (_, index) => `${name}.${index}`);
  try {
    execFileSync("mkfifo", ["-m", "600", ...files], { stdio: "ignore" });
    return files.map(openPipe);
  } catch {
    return undefined;
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

function openPipe(file: string): Pipe {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writer = openSync(file, constants.O_WRONLY);
    return { reader: new Socket({ fd: descriptor, readable: true, writable: false }), writer };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
