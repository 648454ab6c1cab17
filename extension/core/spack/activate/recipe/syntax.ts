/** The part of Python's syntax that recipes' environment functions commonly use. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "format"; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "index"; readonly of: Expression; readonly key: Expression }
  | {
      readonly kind: "call";
      readonly callee: Expression;
      readonly args: readonly Expression[];
      readonly named: ReadonlyMap<string, Expression>;
    }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "not"; readonly value: Expression }
  | { readonly kind: "choice"; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Statement =
  | { readonly kind: "expression"; readonly value: Expression }
  | { readonly kind: "assign"; readonly targets: readonly string[]; readonly value: Expression }
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: "for";
      readonly targets: readonly string[];
      readonly iterable: Expression;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "return"; readonly value: Expression | undefined }
  /** Anything else: fails when it is reached. */
  | { readonly kind: "unknown"; readonly text: string };

export interface PythonFunction {
  readonly parameters: readonly string[];
  /** `property`, `memoized`, `classmethod`, `run_after` … */
  readonly decorators: readonly string[];
  readonly body: readonly Statement[];
}
