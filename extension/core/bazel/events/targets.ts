import type { JsonObject } from "../../base/json-fields.ts";
import type { BuiltTarget, OutputFile } from "./build.ts";
import { has, listOf, numberOf, objectAt, textOf } from "./fields.ts";
import { localFile } from "./local-file.ts";

interface FileSet {
  readonly files: readonly OutputFile[];
  readonly sets: readonly string[];
}

interface Known {
  readonly kind: string | undefined;
  readonly state: BuiltTarget["state"];
  readonly why: string | undefined;
  readonly sets: readonly string[];
}

/** The targets of a build, from `targetConfigured`, `targetCompleted`, `configuredLabel` and `namedSet` events. */
export function targetReader(): {
  readonly take: (kind: string, id: JsonObject, event: JsonObject) => void;
  readonly targets: () => readonly BuiltTarget[];
} {
  const known = new Map<string, Known>();
  const sets = new Map<string, FileSet>();
  const note = (label: string, change: Partial<Known>) => {
    const before = known.get(label) ?? { kind: undefined, state: "pending", why: undefined, sets: [] };
    // Of several configurations, or aspects, the worst counts.
    const worse = rank[change.state ?? "pending"] > rank[before.state];
    const { state, why } = worse ? { ...before, ...change } : before;
    const sets = [...before.sets, ...(change.sets ?? [])];
    known.set(label, { kind: change.kind ?? before.kind, state, why, sets });
  };
  return {
    take(kind, id, event) {
      const label = textOf(id["label"]);
      if (kind === "namedSet") sets.set(textOf(id["id"]) ?? "", fileSet(objectAt(event, "namedSetOfFiles")));
      else if (label === undefined) return;
      else if (has(event, "aborted")) {
        // `configuredLabel` and `unconfiguredLabel` may be of what a target needs, which nobody asked for.
        if (kind.startsWith("target") || known.has(label)) note(label, aborted(objectAt(event, "aborted")));
      } else if (kind === "targetConfigured") {
        const text = textOf(objectAt(event, "configured")["targetKind"]);
        note(label, { kind: text?.replace(/ rule$/, "") });
      } else if (kind === "targetCompleted") note(label, completed(objectAt(event, "completed")));
    },
    targets: () =>
      [...known].map(([label, { sets: own, ...target }]) => ({
        ...{ label, ...target },
        outputs: target.state === "built" ? outputsOf(own, sets) : [],
      })),
  };
}

const rank = { pending: 0, built: 1, skipped: 2, aborted: 3, failed: 4 } as const;

function completed(target: JsonObject): Partial<Known> {
  const groups = listOf(target["outputGroup"]).map((group) => objectAt(group));
  const wanted = groups.find((group) => group["name"] === "default") ?? groups[0];
  const sets = listOf(wanted?.["fileSets"]).flatMap((set) => textOf(objectAt(set)["id"]) ?? []);
  if (target["success"] === true) return { state: "built", sets };
  const [why = ""] = (textOf(objectAt(target, "failureDetail")["message"]) ?? "").split("\n");
  const [, mnemonic] = /failed: error executing (\S+) command/.exec(why) ?? [];
  return { state: "failed", why: mnemonic === undefined ? why.trim() || undefined : `${mnemonic} failed` };
}

/** The reasons are those of build_event_stream.proto; one that is zero (UNKNOWN) is left out. */
function aborted(reason: JsonObject): Partial<Known> {
  const word = textOf(reason["reason"]) ?? "UNKNOWN";
  const why = reasons[word] ?? word.toLowerCase().replaceAll("_", " ");
  const more = textOf(reason["description"]);
  if (word === "SKIPPED") return { state: "skipped", why: "incompatible with the platform" };
  if (more?.includes("USER_INTERRUPTED")) return { state: "aborted", why: "interrupted" };
  return { state: "aborted", why: more === undefined ? why : `${why}: ${more.split("\n")[0]}` };
}

const reasons: Readonly<Record<string, string>> = {
  USER_INTERRUPTED: "interrupted",
  NO_ANALYZE: "not analysed, as was asked",
  NO_BUILD: "not built, as was asked",
  TIME_OUT: "its time was up",
  REMOTE_ENVIRONMENT_FAILURE: "the remote environment failed",
  INTERNAL: "Bazel failed",
  LOADING_FAILURE: "its package cannot be loaded",
  ANALYSIS_FAILURE: "its analysis failed",
  INCOMPLETE: "the build ended before it",
  OUT_OF_MEMORY: "Bazel ran out of memory",
  UNKNOWN: "the build ended before it",
};

function fileSet(set: JsonObject): FileSet {
  return {
    files: listOf(set["files"]).flatMap((item) => {
      const file = objectAt(item);
      const name = textOf(file["name"]);
      if (name === undefined) return [];
      const folder = listOf(file["pathPrefix"]).flatMap((part) => textOf(part) ?? []);
      const path = localFile(textOf(file["uri"]));
      return [{ name: [...folder, name].join("/"), path, bytes: numberOf(file["length"]) }];
    }),
    sets: listOf(set["fileSets"]).flatMap((item) => textOf(objectAt(item)["id"]) ?? []),
  };
}

/** Sets hold sets, the same one many times. */
function outputsOf(roots: readonly string[], sets: ReadonlyMap<string, FileSet>): readonly OutputFile[] {
  const files = new Map<string, OutputFile>();
  const seen = new Set(roots);
  for (const id of seen) {
    const set = sets.get(id);
    for (const file of set?.files ?? []) files.set(file.name, file);
    for (const inner of set?.sets ?? []) seen.add(inner);
  }
  return [...files.values()];
}
