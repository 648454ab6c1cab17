import { messageOf, SygaldryError } from "../../base/errors.ts";
import type { SpackContext } from "../context/context.ts";
import type { Lockfile } from "../lockfile/lockfile.ts";
import type { UserSpec } from "../manifest/expand.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseOptions, ToolchainError } from "../manifest/toolchains.ts";
import { type ParseOptions, parseSpec } from "../spec/parse-spec.ts";
import { specKey } from "../spec/same-spec.ts";
import { fullName, type Spec } from "../spec/spec.ts";
import { specsOf } from "../spec/traverse.ts";
import type { Drift, DriftReason } from "./reasons.ts";

export interface RootChanges extends Pick<Drift, "added" | "removed"> {
  readonly reasons: readonly DriftReason[];
}

/** Spack's rule: the set of user specs against the set of the lock's roots, compared as parsed specs. */
export function compareRoots(
  specs: readonly UserSpec[],
  lock: Lockfile,
  manifest: Manifest,
  context: SpackContext,
): RootChanges {
  const options = parseOptions(manifest.toolchains, context);
  const locked = new Map<string, string>();
  const unread: DriftReason[] = [];
  for (const { spec } of lock.roots) {
    const key = lockedKey(spec, options);
    // Of equal ones Spack's sets keep the first.
    if (typeof key === "string") locked.set(key, locked.get(key) ?? spec);
    else unread.push(unreadable(spec, key));
  }
  const asked = new Map<string, UserSpec>();
  for (const userSpec of specs) {
    const key = specKey(userSpec.spec);
    asked.set(key, asked.get(key) ?? userSpec);
  }
  const added = [...asked].filter(([key]) => !locked.has(key)).map(([, userSpec]) => userSpec);
  const removed = [...locked].filter(([key]) => !asked.has(key)).map(([, text]) => text);
  return { added, removed, reasons: [...reasonsFor(added, removed, options), ...unread] };
}

function lockedKey(text: string, options: ParseOptions): string | Error {
  try {
    return specKey(parseSpec(text, options));
  } catch (error) {
    if (error instanceof SygaldryError || error instanceof ToolchainError) return error;
    throw error;
  }
}

function reasonsFor(
  added: readonly UserSpec[],
  removed: readonly string[],
  options: ParseOptions,
): readonly DriftReason[] {
  const lost = new Map(added.flatMap((spec) => lostInLock(spec, removed, options)));
  const written = new Set(lost.values());
  return [
    ...added.filter((spec) => !lost.has(spec)).map(rootAdded),
    ...removed.filter((text) => !written.has(text)).map(rootRemoved),
    ...[...lost].map(([spec, text]) => rootLost(spec, text)),
  ];
}

/** The root that Spack has made of a user spec: what it prints for it is not equal to it. */
function lostInLock(
  userSpec: UserSpec,
  removed: readonly string[],
  options: ParseOptions,
): readonly (readonly [UserSpec, string])[] {
  const printed = lockedKey(userSpec.text, options);
  if (printed === specKey(userSpec.spec)) return [];
  const text = removed.find((candidate) => lockedKey(candidate, options) === printed);
  return text === undefined ? [] : [[userSpec, text]];
}

function rootAdded({ spec, text, origin }: UserSpec): DriftReason {
  const name = named(spec, text);
  const sentence = `The manifest asks for ${name}, which the lock does not have.`;
  return { kind: "root-added", effect: "solve", seenBySpack: true, part: name, text: sentence, at: origin };
}

function rootRemoved(text: string): DriftReason {
  const sentence = `The lock has the root ${text || "(an empty spec)"}, which the manifest no longer asks for.`;
  return {
    kind: "root-removed",
    effect: "solve",
    seenBySpack: true,
    part: text,
    text: sentence,
    at: undefined,
  };
}

function rootLost({ spec, text, origin }: UserSpec, locked: string): DriftReason {
  const namespaced = specsOf(spec).find(({ namespace }) => namespace !== undefined);
  const again = "so it is solved anew every time";
  const sentence =
    namespaced !== undefined
      ? `${fullName(namespaced)} loses its namespace in the lock, ${again}; write ${namespaced.name} and order the repositories instead.`
      : text === locked
        ? `Spack reads ${text}, as it wrote it into the lock, as another spec, ${again}.`
        : `Spack writes ${text} into the lock as ${locked}, which is not equal to it, ${again}.`;
  return {
    kind: "root-lost",
    effect: "solve",
    seenBySpack: true,
    part: named(spec, text),
    text: sentence,
    at: origin,
  };
}

function unreadable(text: string, error: Error): DriftReason {
  const sentence = `The lock's root ${text} cannot be read: ${messageOf(error)}.`;
  return {
    kind: "undecided",
    effect: "unknown",
    seenBySpack: false,
    part: text,
    text: sentence,
    at: undefined,
  };
}

/** With the namespace, which Spack does not print. */
function named(spec: Spec, text: string): string {
  return spec.namespace !== undefined && text.startsWith(spec.name)
    ? `${spec.namespace}.${text}`
    : text || "an empty spec";
}
