import { type FileHandle, open, stat } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { systemCode } from "../../base/errors.ts";
import { watchFile } from "../../base/file-changes.ts";
import type { BazelBuild, FailedAction, TestedTarget } from "./build.ts";
import { localFile } from "./local-file.ts";
import { type BuildReader, buildReader } from "./reader.ts";

export interface FollowBuildOptions {
  /** A path of the site as this process reaches it. */
  readonly reach: (sitePath: string) => string;
  /** The same, below the workspace's root where it is there: for the places of errors. */
  readonly local: (sitePath: string) => string;
  readonly onFailure?: (failure: FailedAction) => void;
  readonly onTest?: (test: TestedTarget) => void;
  /** Whether nothing more will be written. */
  readonly isOver: () => boolean;
  /** Settles when `isOver` becomes true, so that the end is not waited for. */
  readonly over?: Promise<unknown>;
}

/** Milliseconds: between two looks at a file of which no changes are told, and at least between two looks. */
const [poll, pause] = [500, 100];

/**
 * Reads the events of a build as Bazel writes them, until `isOver`; a file that is not there yet is waited for, and one that
 * never comes gives an empty build. The output of failed actions is read at once, since the next build removes it.
 */
export async function followBuild(file: string, options: FollowBuildOptions): Promise<BazelBuild> {
  const reader = buildReader(options.local);
  const changes = watchFile(file, poll);
  const cut = new AbortController();
  options.over?.finally(() => cut.abort()).catch(() => {});
  let source: LineSource | undefined;
  try {
    for (;;) {
      const over = options.isOver();
      source ??= await openLines(file);
      for await (const line of source?.lines() ?? []) await take(reader, line, options);
      if (over) break;
      await changes.next(cut.signal).catch(() => {});
      await delay(pause, undefined, { signal: cut.signal }).catch(() => {});
    }
    for (const line of source?.rest() ?? []) reader.take(line);
    return reader.build();
  } finally {
    changes.dispose();
    await source?.handle.close();
  }
}

async function take(reader: BuildReader, line: string, options: FollowBuildOptions): Promise<void> {
  const { failure, test } = reader.take(line);
  if (test !== undefined) options.onTest?.(test);
  if (failure === undefined) return;
  const told = reader.said(failure, await readOutputs(failure.uris, options.reach));
  options.onFailure?.(told);
}

/** The build that an event file tells of, whole or cut off. */
export function readBuild(
  file: string,
  options: Pick<FollowBuildOptions, "reach" | "local">,
): Promise<BazelBuild> {
  return followBuild(file, { ...options, isOver: () => true });
}

interface LineSource {
  readonly handle: FileHandle;
  /** The whole lines that were written since the last call. */
  readonly lines: () => AsyncGenerator<string>;
  /** The last line, when it has no end. */
  readonly rest: () => readonly string[];
}

async function openLines(file: string): Promise<LineSource | undefined> {
  // A pipe is another reader's, and opening it would wait for its writer.
  if ((await stat(file).catch(() => undefined))?.isFile() !== true) return undefined;
  const handle = await open(file).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  const decoder = new StringDecoder("utf8");
  const chunk = Buffer.allocUnsafe(256 * 1024);
  let parts: string[] = [];
  async function* lines(): AsyncGenerator<string> {
    for (;;) {
      const { bytesRead } = await (handle as FileHandle).read(chunk, 0, chunk.length);
      if (bytesRead === 0) return;
      const [first = "", ...more] = decoder.write(chunk.subarray(0, bytesRead)).split("\n");
      parts.push(first);
      const last = more.pop();
      if (last === undefined) continue;
      yield parts.join("");
      parts = [last];
      yield* more;
    }
  }
  return { handle, lines, rest: () => [parts.join("")].filter((line) => line !== "") };
}

/** Bytes of an output that are read: its end. */
const limit = 256 * 1024;

async function readOutputs(uris: readonly string[], reach: (sitePath: string) => string): Promise<string> {
  for (const uri of uris) {
    const file = localFile(uri);
    const text = file === undefined ? "" : await readEnd(reach(file)).catch(() => "");
    if (text.trim() !== "") return text;
  }
  return "";
}

/** The end of a file, from the beginning of a line. */
export async function readEnd(file: string, bytes = limit): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const begin = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, begin);
    const text = buffer.toString("utf8", 0, bytesRead);
    return begin === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } finally {
    await handle.close();
  }
}
