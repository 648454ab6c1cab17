import type { Spec } from "./spec.ts";
import type { Sigil } from "./token.ts";

/** A spec and what stands where in its text, for editors. Offsets are UTF-16 code units of the text that was parsed. */
export interface ParsedSpec {
  readonly spec: Spec;
  /** The package itself, then its dependencies in the order of the text; those in conditions too. */
  readonly nodes: readonly ParsedNode[];
  readonly parts: readonly SpecPart[];
}

export interface ParsedNode {
  readonly offset: number;
  readonly length: number;
  /** Empty for any package. */
  readonly name: string;
  readonly sigil: Sigil | undefined;
  /** Index of the node that the sigil refers to; for a condition, of the dependency whose edge it restricts. */
  readonly parent: number | undefined;
  /** Whether the node stands in `[when='…']`. */
  readonly condition: boolean;
}

export interface SpecPart {
  readonly kind: SpecPartKind;
  readonly offset: number;
  readonly length: number;
  /** Index of the node to which it belongs. */
  readonly node: number;
  /** The name of a variant, of a kind of flags, of an edge attribute. */
  readonly key: string | undefined;
  /** The value of a `key=value`, with its quotes. */
  readonly value: { readonly offset: number; readonly length: number } | undefined;
}

export type SpecPartKind =
  | "name"
  | "namespace"
  | "version"
  | "variant"
  | "flags"
  | "architecture"
  | "hash"
  | "sigil"
  | "virtual"
  | "edge-attribute";
