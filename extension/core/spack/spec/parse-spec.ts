import { addDependency } from "./add-dependency.ts";
import { compilerPackage } from "./compiler-aliases.ts";
import { constrain } from "./constrain.ts";
import { edgeMap } from "./edges.ts";
import { assignedVirtuals, type EdgeAttributes, parseEdgeAttributes } from "./parse-edge.ts";
import { parseNode } from "./parse-node.ts";
import { type PartRecorder, recordParts } from "./record-parts.ts";
import { emptySpec, type Spec } from "./spec.ts";
import { type HostArchitecture, newDraft, type SpecDraft, settleDraft } from "./spec-draft.ts";
import { UnsatisfiableSpecError } from "./spec-errors.ts";
import type { ParsedSpec } from "./spec-parts.ts";
import { sortedSet } from "./text-order.ts";
import type { Sigil, Token } from "./token.ts";
import { type TokenStream, tokenStream } from "./token-stream.ts";

export interface ParseOptions {
  /** What `os=default_os`, `target=fe` and their like mean; without it these names stay as they are. */
  readonly host?: HostArchitecture;
  /** What `%NAME` stands for besides a package; `propagate` for `%%NAME`. Undefined for what is no toolchain. */
  readonly toolchain?: (name: string, propagate: boolean) => Spec | undefined;
}

/** Reads one spec as Spack 1.1 does; the empty text is the empty spec. Throws SpecSyntaxError. */
export function parseSpec(text: string, options: ParseOptions = {}): Spec {
  return parseSpecParts(text, options).spec;
}

/** Reads one spec and where each of its parts stands. Throws SpecSyntaxError. */
export function parseSpecParts(text: string, options: ParseOptions = {}): ParsedSpec {
  const parts = recordParts();
  const stream = tokenStream(text);
  const spec = parseNext({ stream, parts, options, text, base: 0 });
  refuseRest(stream, "one spec, or quotes around a value");
  return { spec, nodes: parts.nodes, parts: parts.parts };
}

/** Reads all specs of `text`, as Spack reads its command line. Throws SpecSyntaxError. */
export function parseSpecs(text: string, options: ParseOptions = {}): readonly Spec[] {
  const stream = tokenStream(text);
  const specs: Spec[] = [];
  for (let token = stream.peek(); token !== undefined; token = stream.peek()) {
    if (token.kind === "edge-end") stream.fail("the ] closes nothing", "a spec", token);
    specs.push(parseNext({ stream, parts: recordParts(), options, text, base: 0 }));
  }
  return specs;
}

/** After the one spec there must be nothing. */
function refuseRest(stream: TokenStream, expected: string): void {
  const token = stream.peek();
  if (token === undefined) return;
  const sign = /^:?=/.exec(stream.text.slice(token.end, token.end + 2))?.[0];
  if (token.kind === "name" && sign !== undefined) {
    const name = stream.text.slice(token.start, token.end) + sign;
    const at = { start: token.start, end: token.end + sign.length };
    stream.fail(`${name} has no value, or the value's quote has no partner`, `${name}VALUE`, at);
  }
  if (token.kind === "version" || token.kind === "switch" || token.kind === "key-value")
    stream.fail("nothing more can be asked of a toolchain", "the toolchain's name alone", token);
  stream.fail("it is more than one spec", expected, token);
}

interface Reading {
  readonly stream: TokenStream;
  readonly parts: PartRecorder;
  readonly options: ParseOptions;
  /** All that the user wrote, and where the stream's text stands in it. */
  readonly text: string;
  readonly base: number;
}

/** The next spec with its dependencies. */
function parseNext(reading: Reading): Spec {
  const { stream, parts, options } = reading;
  const root = newDraft();
  parts.begin(stream.peek()?.start ?? 0);
  parseNode(stream, root, parts, options.host);
  // A % belongs to the package after the last ^; that package need not be the one that the root keeps.
  let current = root;
  for (let token = stream.peek(); isSigil(token); token = stream.peek()) {
    stream.take();
    parts.begin(token.start, token.sigil);
    parts.add("sigil", { start: token.start, end: token.start + token.sigil.length });
    const direct = token.sigil !== "^";
    if (
      direct &&
      token.kind === "dependency" &&
      !token.assignment &&
      expandToolchain(reading, current, token.sigil)
    )
      continue;
    if (!direct) settleDraft(current);
    const dependency = parseDependency(reading, token, direct ? current : root);
    if (!direct) current = dependency;
  }
  settleDraft(current);
  settleDraft(root);
  return root;
}

type SigilToken = Extract<Token, { kind: "dependency" | "edge-start" }>;

function isSigil(token: Token | undefined): token is SigilToken {
  return token?.kind === "dependency" || token?.kind === "edge-start";
}

function parseDependency(reading: Reading, token: SigilToken, parent: SpecDraft): SpecDraft {
  const { stream, parts, options } = reading;
  parts.extend(token);
  const { types, virtuals, when } = edgeAttributes(reading, token);
  const spec = newDraft();
  parseNode(stream, spec, parts, options.host);
  const direct = token.sigil !== "^";
  if (direct) spec.name = compilerPackage(spec.name);
  const edge = { spec, types, virtuals: sortedSet(virtuals), direct, propagate: token.sigil === "%%" };
  stream.at({ start: token.start, end: stream.taken() }, () =>
    addDependency(parent, { ...edge, when: when ?? emptySpec }),
  );
  return spec;
}

function edgeAttributes(reading: Reading, token: SigilToken): EdgeAttributes {
  const { stream, parts } = reading;
  if (token.kind === "dependency") {
    const next = stream.peek();
    if (next === undefined && token.sigil !== "^" && !token.assignment)
      stream.fail(`nothing follows the ${token.sigil}`, "a package or what is asked of it");
    return { types: [], virtuals: assignedVirtuals(stream, parts, token.assignment), when: undefined };
  }
  return parseEdgeAttributes(stream, parts, ({ start, end }) => {
    const inner = stream.text.slice(start, end);
    const condition = tokenStream(inner, reading.text, reading.base + start);
    if (condition.peek() === undefined) condition.fail("the condition is empty", "a spec");
    const spec = parseNext({
      ...reading,
      stream: condition,
      parts: parts.condition(start),
      base: reading.base + start,
    });
    refuseRest(condition, "one spec");
    return spec;
  });
}

/** Puts what a toolchain asks for in place of its name; false where no toolchain is named. */
function expandToolchain({ stream, parts, options }: Reading, current: SpecDraft, sigil: Sigil): boolean {
  const next = stream.peek();
  if (next?.kind !== "name" || options.toolchain === undefined) return false;
  const name = stream.text.slice(next.start, next.end);
  const toolchain = options.toolchain(name, sigil === "%%");
  if (toolchain === undefined) return false;
  stream.take();
  parts.node(next, name);
  parts.add("name", next);
  settleDraft(current);
  try {
    Object.assign(current, draftOf(constrain(current, toolchain)));
  } catch (error) {
    if (!(error instanceof UnsatisfiableSpecError)) throw error;
    stream.fail(error.message, "a toolchain that fits", next);
  }
  return true;
}

function draftOf(spec: Spec): SpecDraft {
  const { name, namespace, versions, variants, flags, architecture, hash, dependencies } = spec;
  return {
    name,
    namespace,
    versions,
    variants: new Map(variants),
    flags: new Map(flags),
    architecture,
    hash,
    dependencies,
    edges: edgeMap(dependencies),
    concrete: undefined,
  };
}
