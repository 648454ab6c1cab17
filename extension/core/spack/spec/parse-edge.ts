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

/** Reads up to and with the `]` and the virtual packages after it. Throws SpecSyntaxError. */
export function parseEdgeAttributes(
  stream: TokenStream,
  parts: PartRecorder,
  readCondition: ReadCondition,
): EdgeAttributes {
  let types: readonly DependencyType[] = [];
  let virtuals: readonly string[] = [];
  let when: Span | undefined;
  for (;;) {
    const token = stream.peek();
    if (token?.kind === "edge-end") {
      stream.take();
      parts.extend(token);
      const assigned = assignedVirtuals(stream, parts, token.assignment);
      return { types, virtuals: [...virtuals, ...assigned], when: when && readCondition(when) };
    }
    if (token?.kind !== "key-value" || token.propagate)
      return stream.fail("the [ is not closed after edge attributes", `${attributes}, then ]`);
    stream.take();
    const key = stream.text.slice(token.name.start, token.name.end);
    parts.add("edge-attribute", token, key, token.value);
    const items = listItems(stream.text, token.value);
    const texts = items.map(({ start, end }) => stream.text.slice(start, end));
    if (key === "deptypes")
      types = orderedTypes(texts.map((text, at) => typeOf(stream, text, items[at] ?? token)));
    else if (key === "virtuals") virtuals = texts;
    else if (key === "when") when = items[0];
    else stream.fail(`${key} is no attribute of a dependency`, attributes, token.name);
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
  return assignment.virtuals.map(({ start, end }) => stream.text.slice(start, end));
}

function typeOf(stream: TokenStream, text: string, at: Span): DependencyType {
  const type = dependencyTypes.find((known) => known === text);
  return type ?? stream.fail(`"${text}" is no kind of dependency`, dependencyTypes.join(", "), at);
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
