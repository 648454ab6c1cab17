import { createHash } from "node:crypto";
import { redactor } from "../../base/redact.ts";
import { type ConfigEntry, type ConfigValue, canonicalText, type Origin } from "../manifest/config-value.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type ConfigScope, mergedSection } from "../manifest/scopes.ts";

/** A part of the configuration that a solve depends on, and Spack does not compare afterwards. */
export interface SolveInput {
  /** Key path: `packages:hdf5:require`. */
  readonly part: string;
  /** Canonical JSON. */
  readonly value: string;
  readonly effect: "solve" | "view";
  readonly at: Origin | undefined;
}

/** What the manifest and its includes say, without passwords in URLs; and, by digest only, what the configuration outside of the environment says. */
export interface SolveInputs {
  readonly environment: readonly SolveInput[];
  /** Which scopes those are; inputs of another machine are not comparable. */
  readonly site: string;
  readonly outside: readonly SolveInput[];
}

export function solveInputs(manifest: Manifest): SolveInputs {
  const included = manifest.scopes.at(-1)?.included ?? new Set();
  const own = manifest.scopes.filter(({ name }) => included.has(name));
  const others = manifest.scopes.filter(({ name }) => !included.has(name));
  return {
    environment: [...inputsOf(own), ...unreadIncludes(manifest)].map(withoutCredentials).sort(byPart),
    site: digest(others.map(({ name, path }) => `${name}=${path}`).join("\n")),
    outside: inputsOf(others)
      .map((input) => ({ ...input, value: digest(input.value) }))
      .sort(byPart),
  };
}

const redact = redactor([]);

/** They are recorded and shown. */
function withoutCredentials(given: SolveInput): SolveInput {
  return { ...given, part: redact(given.part), value: redact(given.value) };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function inputsOf(scopes: readonly ConfigScope[]): SolveInput[] {
  const section = (name: string) => mergedSection(scopes, name);
  return [
    ...deep("packages", section("packages")),
    ...flat("concretizer", section("concretizer"), "solve"),
    ...flat("develop", section("develop"), "solve"),
    ...flat("toolchains", section("toolchains"), "solve"),
    ...ordered("repos", section("repos")),
    ...whole("compilers", section("compilers"), "solve"),
    ...flat("config", section("config"), "solve").filter(({ part }) => solving.has(part)),
    ...views(section("view")),
  ];
}

/** Of `config` only these change what is solved. */
const solving: ReadonlySet<string> = new Set(["config:deprecated", "config:aliases"]);

function deep(name: string, value: ConfigValue | undefined): SolveInput[] {
  return entriesOf(value).flatMap((entry) =>
    entry.value.kind === "map"
      ? flat(`${name}:${entry.key}`, entry.value, "solve")
      : [input(`${name}:${entry.key}`, entry.value, "solve", entry.keyAt)],
  );
}

function flat(name: string, value: ConfigValue | undefined, effect: SolveInput["effect"]): SolveInput[] {
  return entriesOf(value).map((entry) => input(`${name}:${entry.key}`, entry.value, effect, entry.keyAt));
}

function whole(name: string, value: ConfigValue | undefined, effect: SolveInput["effect"]): SolveInput[] {
  return value === undefined ? [] : [input(name, value, effect, value.at)];
}

/** The first repository that has a package gives the recipe, so their order counts. */
function ordered(name: string, value: ConfigValue | undefined): SolveInput[] {
  const entries = entriesOf(value);
  if (value === undefined || value.kind !== "map") return whole(name, value, "solve");
  const order = { part: `${name} (order)`, value: JSON.stringify(entries.map(({ key }) => key)) };
  return [...flat(name, value, "solve"), { ...order, effect: "solve", at: value.at }];
}

function views(value: ConfigValue | undefined): SolveInput[] {
  return value?.kind === "map" ? flat("view", value, "view") : whole("view", value, "view");
}

/** What they say is not known, but which they are. */
function unreadIncludes(manifest: Manifest): SolveInput[] {
  return manifest.includes
    .filter(({ state }) => state === "not-read")
    .map(({ text, at }) => ({ part: `include:${text}`, value: JSON.stringify(text), effect: "solve", at }));
}

function input(part: string, value: ConfigValue, effect: SolveInput["effect"], at: Origin): SolveInput {
  return { part, value: canonicalText(value), effect, at };
}

function entriesOf(value: ConfigValue | undefined): readonly ConfigEntry[] {
  return value?.kind === "map" ? value.entries : [];
}

function byPart(a: SolveInput, b: SolveInput): number {
  return a.part < b.part ? -1 : a.part > b.part ? 1 : 0;
}
