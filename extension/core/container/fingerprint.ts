import { sha256 } from "../base/files.ts";
import { isTree } from "../project/merge.ts";

/** Named inputs and what they are: short values as they are, long or private ones as a digest. */
export type Inputs = Readonly<Record<string, string>>;

/** What an image and a container were made from. A change of `image` asks for a rebuild, of `container` for a new container. */
export interface Fingerprint {
  readonly image: Inputs;
  readonly container: Inputs;
  readonly imageDigest: string;
  readonly containerDigest: string;
}

export interface InputChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Inputs that stand for a whole rendered file; named as a reason only when no finer input changed. */
export const dockerfileInput = "Dockerfile";
export const devcontainerInput = "devcontainer.json";
/** Begins the inputs that are variables of the image: most follow from another input (user.name, tools.go …). */
export const imageVariable = "image.env.";

export const labels = {
  project: "dev.sygaldry.project",
  /** Digest of the image inputs; on the image and on the container. */
  image: "dev.sygaldry.image",
  /** Digest of the container inputs. */
  container: "dev.sygaldry.container",
  /** All inputs: base64url of JSON `{image, container}` (on the image `{image}`). */
  inputs: "dev.sygaldry.inputs",
  user: "dev.sygaldry.user",
  workspace: "dev.sygaldry.workspace",
  version: "dev.sygaldry.version",
  /** `env` when the container has secrets that are to be environment variables. */
  secrets: "dev.sygaldry.secrets",
} as const;

export function fingerprint(image: Inputs, container: Inputs): Fingerprint {
  return { image, container, imageDigest: digest(image), containerDigest: digest(container) };
}

/** A long or private value as an input. */
export function shortDigest(content: string | Uint8Array): string {
  return sha256(content).slice(0, 12);
}

/** Base64url, because a label passes through Dockerfile, JSON and `${…}` substitution unharmed only as plain letters. */
export function encodeInputs(inputs: { readonly image: Inputs; readonly container?: Inputs }): string {
  return Buffer.from(JSON.stringify(inputs)).toString("base64url");
}

/** Undefined for a label that is missing or was written by something else. */
export function decodeInputs(
  label: string | undefined,
): { readonly image: Inputs; readonly container: Inputs } | undefined {
  if (label === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(label, "base64url").toString("utf8"));
    return isTree(value)
      ? { image: textValues(value["image"]), container: textValues(value["container"]) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** What differs, sorted by name; variables that follow from settings, and whole files, only when nothing finer tells. */
export function changedInputs(before: Inputs, after: Inputs): readonly InputChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changes = names
    .filter((name) => before[name] !== after[name])
    .map((name) => ({ name, before: before[name], after: after[name] }));
  const finer = changes.filter(({ name }) => name !== dockerfileInput && name !== devcontainerInput);
  const settings = finer.filter(({ name }) => !name.startsWith(imageVariable));
  return [settings, finer, changes].find((some) => some.length > 0) ?? [];
}

/** `tools.python 3.12.14 → 3.13.15, container/entrypoints/default.sh changed`. */
export function describeChanges(changes: readonly InputChange[]): string {
  const shown = changes.slice(0, 6).map(describeChange);
  const more = changes.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

function describeChange({ name, before, after }: InputChange): string {
  if (before === undefined) return isDigest(after) ? `${name} is new` : `${name} is new (${after})`;
  if (after === undefined) return `${name} is gone`;
  return isDigest(before) || isDigest(after) ? `${name} changed` : `${name} ${before} → ${after}`;
}

function isDigest(value: string | undefined): boolean {
  return value === undefined || value === "" || /^[0-9a-f]{12}$/.test(value);
}

function digest(inputs: Inputs): string {
  const sorted = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify(sorted));
}

function textValues(value: unknown): Inputs {
  if (!isTree(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
