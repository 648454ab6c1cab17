import { type Block, blockReader } from "./blocks.ts";

/** A package as `spack buildcache push` names it. */
interface PushedPackage {
  readonly name: string;
  readonly version: string;
  /** The first characters of the hash. */
  readonly hash: string;
}

export type PushEvent =
  /** How many packages are considered; those that the cache has are not pushed again. */
  | { readonly kind: "selected"; readonly count: number; readonly url: string }
  | {
      readonly kind: "pushed" | "failed";
      readonly package: PushedPackage;
      readonly index: number;
      readonly total: number;
    }
  /** The cache had everything already. */
  | { readonly kind: "complete" }
  /** Why a package could not be pushed; comes at the end. */
  | { readonly kind: "reason"; readonly package: PushedPackage; readonly why: string }
  | { readonly kind: "warning" | "error"; readonly why: string }
  | { readonly kind: "output"; readonly line: string };

export interface PushParser {
  line(text: string, stream: "stdout" | "stderr"): readonly PushEvent[];
  end(): readonly PushEvent[];
}

/** Reads the output of `spack buildcache push` (Spack 1.0 and 1.1) line by line. */
export function pushParser(): PushParser {
  const readers = { stdout: blockReader(), stderr: blockReader() };
  return {
    line(text, stream) {
      const { taken, blocks } = readers[stream].line(text);
      return [...blocks.flatMap(fromBlock), ...(taken ? [] : fromLine(text))];
    },
    end: () => [...readers.stdout.end(), ...readers.stderr.end()].flatMap(fromBlock),
  };
}

function fromLine(text: string): readonly PushEvent[] {
  const [, count, url = ""] = /^==> Selected (\d+) specs? to push to (\S+)$/.exec(text) ?? [];
  if (count !== undefined) return [{ kind: "selected", count: Number(count), url }];
  const [, index, total, outcome, label = ""] =
    /^==> \[ *(\d+)\/(\d+)\] (Pushed|Failed to push) (\S+)$/.exec(text) ?? [];
  const found = packageOf(label);
  if (found !== undefined) {
    const kind = outcome === "Pushed" ? "pushed" : "failed";
    return [{ kind, package: found, index: Number(index), total: Number(total) }];
  }
  if (/^==> All specs are already in the buildcache\b/.test(text)) return [{ kind: "complete" }];
  return text.trim() === "" ? [] : [{ kind: "output", line: text }];
}

function fromBlock({ kind, why }: Block): readonly PushEvent[] {
  const [first = "", ...rest] = why.split("\n");
  if (!/errors? occurred while pushing/.test(first)) return [{ kind, why }];
  const reasons = rest.flatMap((line): PushEvent[] => {
    const [, label = "", because = ""] = /^(\S+): (.*)$/.exec(line) ?? [];
    const found = packageOf(label);
    return found === undefined ? [] : [{ kind: "reason", package: found, why: because }];
  });
  return [...reasons, { kind, why: first }];
}

/** `demo-cli@0.9.0/aunp3vl` */
function packageOf(label: string): PushedPackage | undefined {
  const [, name, version, hash] = /^([^@\s]+)@([^/\s]+)\/([a-z2-7]+)$/.exec(label) ?? [];
  if (name === undefined || version === undefined || hash === undefined) return undefined;
  return { name, version, hash };
}
