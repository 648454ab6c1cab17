import type { DependencyType } from "../lockfile/lockfile.ts";
import { dependencyTypes, orderedTypes } from "./edges.ts";
import type { PartRecorder } from "./record-parts.ts";
import type { Spec } from "./spec.ts";
import type { Span, Token, VirtualAssignment } from "./token.ts";
import type { TokenStream } from "./token-stream.ts";

/** What stands between `^[` and `]`. */
export interface EdgeAttributes {
  readonly types: readonly DependencyType[];
  readonly virtuals: readonly string[];
  /** Undefined for an edge that always counts. */
  readonly when: Spec | undefined;
}

/** Reads the spec of a condition, which is the stretch `at` of the stream's text. */
export type ReadCondition = (at: Span) => Spec;

const attributes = "deptypes=, virtuals= or when=";
const keys = new Set(["deptypes", "virtuals", "when"]);

/** Reads up to and with the `]` and the virtual packages after it. Throws SpecSyntaxError. */
export function parseEdgeAttributes(
  stream: TokenStream,
  parts: PartRecorder,
  readCondition: ReadCondition,
): EdgeAttributes {
  // The last one of each key counts.
  const given = new Map<string, readonly Span[]>();
  for (;;) {
    const token = stream.peek();
    if (token?.kind === "edge-end") {
      stream.take();
      parts.extend(token);
      const virtuals = (given.get("virtuals") ?? []).map((at) => textAt(stream, at));
      virtuals.push(...assignedVirtuals(stream, parts, token.assignment));
      const types = (given.get("deptypes") ?? []).map((at) => typeAt(stream, at));
      const [when] = given.get("when") ?? [];
      return { types: orderedTypes(types), virtuals, when: when && readCondition(when) };
    }
    if (token?.kind !== "key-value" || token.propagate)
      return stream.fail("the [ is not closed after edge attributes", `${attributes}, then ]`);
    stream.take();
    const key = textAt(stream, token.name);
    parts.add("edge-attribute", token, key, token.value);
    if (!keys.has(key)) stream.fail(`${key} is no attribute of a dependency`, attributes, token.name);
    given.set(key, listItems(stream.text, token.value));
  }
}

/** The virtual packages of `c,cxx=gcc`; the package itself goes back to the front of the stream. */
export function assignedVirtuals(
  stream: TokenStream,
  parts: PartRecorder,
  assignment: VirtualAssignment | undefined,
): readonly string[] {
  if (assignment === undefined) return [];
  const substitute: Token = { kind: "name", ...assignment.substitute };
  stream.push(substitute);
  for (const at of assignment.virtuals) parts.add("virtual", at);
  return assignment.virtuals.map((at) => textAt(stream, at));
}

function typeAt(stream: TokenStream, at: Span): DependencyType {
  const text = textAt(stream, at);
  const type = dependencyTypes.find((known) => known === text);
  return type ?? stream.fail(`"${text}" is no kind of dependency`, dependencyTypes.join(", "), at);
}

function textAt({ text }: TokenStream, { start, end }: Span): string {
  return text.slice(start, end);
}

/** Quotes and spaces at both ends do not count; commas separate, even inside the quotes. */
function listItems(text: string, { start, end }: Span): readonly Span[] {
  const isPadding = (at: number) => "'\" ".includes(text[at] ?? "x");
  let [from, to] = [start, end];
  while (from < to && isPadding(from)) from += 1;
  while (to > from && isPadding(to - 1)) to -= 1;
  const items: Span[] = [];
  for (let comma = text.indexOf(",", from); comma >= 0 && comma < to; comma = text.indexOf(",", from)) {
    items.push({ start: from, end: comma });
    from = comma + 1;
  }
  return [...items, { start: from, end: to }];
}
