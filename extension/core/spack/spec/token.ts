/** A stretch of the text of a spec: code units from `start` up to but without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `c,cxx=gcc` after a sigil: the virtual packages and who stands in for them. */
export interface VirtualAssignment {
  readonly virtuals: readonly Span[];
  readonly substitute: Span;
}

/** What the lexer cuts a spec into; white space apart. */
export type Token =
  | (Span & { readonly kind: "version"; readonly git: boolean; readonly value: Span })
  | (Span & {
      readonly kind: "switch";
      readonly on: boolean;
      readonly propagate: boolean;
      readonly name: Span;
    })
  | (Span & {
      readonly kind: "key-value";
      readonly name: Span;
      readonly value: Span;
      readonly exact: boolean;
      readonly propagate: boolean;
    })
  | (Span & { readonly kind: "dependency"; readonly sigil: Sigil; readonly assignment?: VirtualAssignment })
  | (Span & { readonly kind: "edge-start"; readonly sigil: Sigil })
  | (Span & { readonly kind: "edge-end"; readonly assignment?: VirtualAssignment })
  | (Span & { readonly kind: "name" })
  | (Span & { readonly kind: "any-name" })
  | (Span & { readonly kind: "hash" })
  | (Span & { readonly kind: "file" });

export type Sigil = "^" | "%" | "%%";
