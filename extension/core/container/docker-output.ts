import type { Readable, Writable } from "node:stream";
import { engineFailure } from "./engine-failures.ts";
import type { EngineEndpoint } from "./engine-socket.ts";

export interface OutputTarget {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** A terminal's output is one stream; without, the engine wraps both streams in frames. */
  readonly tty: boolean;
  /** A clause for errors. */
  readonly doing: string;
  readonly endpoint: EngineEndpoint;
}

/**
 * Copies what the engine sends to the streams, no faster than they take it, and settles when the engine has ended it.
 * Throws SYG-CANCELLED when `signal` fired, the stream's error when a target breaks.
 * Frames (Docker Engine API, ContainerAttach): one byte stream number, three zeros, four bytes length (big endian).
 */
export async function copyOutput(
  source: Readable,
  target: OutputTarget,
  signal?: AbortSignal,
): Promise<void> {
  const frames = target.tty ? undefined : frameReader();
  try {
    for await (const chunk of received(source, target)) {
      for (const piece of frames?.(chunk) ?? [{ stderr: false, data: chunk }]) {
        await write(piece.stderr ? target.stderr : target.stdout, piece.data);
      }
    }
  } catch (error) {
    source.destroy();
    if (signal?.aborted) throw engineFailure(signal.reason, target.doing, target.endpoint);
    throw error;
  }
}

/** The chunks of `source`; its errors are the engine's, those of the targets are not. */
async function* received(source: Readable, { doing, endpoint }: OutputTarget): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield chunk;
  } catch (error) {
    throw engineFailure(error, doing, endpoint);
  }
}

interface Piece {
  readonly stderr: boolean;
  readonly data: Buffer;
}

/** Takes chunks cut anywhere; gives the frames' content as far as it came, never waiting for a whole frame. */
function frameReader(): (chunk: Buffer) => Piece[] {
  let header = Buffer.alloc(0);
  let left = 0;
  let stderr = false;
  return (chunk) => {
    const pieces: Piece[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const data = chunk.subarray(at, at + left);
        pieces.push({ stderr, data });
        left -= data.length;
        at += data.length;
        continue;
      }
      const part = chunk.subarray(at, at + 8 - header.length);
      header = Buffer.concat([header, part]);
      at += part.length;
      if (header.length < 8) break;
      stderr = header[0] === 2;
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
    return pieces;
  };
}

function write(stream: Writable, data: Buffer): Promise<void> | undefined {
  if (stream.errored) throw stream.errored;
  if (stream.destroyed) throw closedTarget();
  return stream.write(data) ? undefined : drained(stream);
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      stream.off("drain", onDrain).off("close", onClose).off("error", onError);
      act();
    };
    const onDrain = () => settle(resolve);
    const onClose = () => settle(() => reject(stream.errored ?? closedTarget()));
    const onError = (error: Error) => settle(() => reject(error));
    stream.on("drain", onDrain).on("close", onClose).on("error", onError);
  });
}

function closedTarget(): Error {
  return Object.assign(new Error("the output was closed"), { code: "EPIPE" });
}
