import { unquote } from "./quoting.ts";
import type { PartRecorder } from "./record-parts.ts";
import { assignSwitch, assignValue, type HostArchitecture, partKind, type SpecDraft } from "./spec-draft.ts";
import type { Span, Token } from "./token.ts";
import type { TokenStream } from "./token-stream.ts";
import { anyVersion, parseVersionList } from "./version-list.ts";

/** Reads one package with its versions, variants, flags, architecture and hash into `draft`. Throws SpecSyntaxError. */
export function parseNode(
  stream: TokenStream,
  draft: SpecDraft,
  parts: PartRecorder,
  host: HostArchitecture | undefined,
): void {
  const first = stream.peek();
  if (first?.kind === "file")
    stream.fail("it is the name of a file, which only Spack itself reads", "the spec itself");
  if (first?.kind === "name") parseName(stream, draft, parts);
  if (first?.kind === "any-name") parts.node(stream.take(), "");
  for (let token = stream.peek(); token !== undefined; token = stream.peek()) {
    if (!isAttribute(token) || (token.kind === "hash" && draft.hash !== undefined)) return;
    stream.take();
    parseAttribute(stream, draft, token, parts, host);
  }
}

function parseName(stream: TokenStream, draft: SpecDraft, parts: PartRecorder): void {
  const token = stream.take();
  const text = textAt(stream, token);
  const dot = text.lastIndexOf(".");
  draft.name = text.slice(dot + 1);
  parts.node(token, draft.name);
  if (dot > 0) {
    draft.namespace = text.slice(0, dot);
    parts.add("namespace", { start: token.start, end: token.start + dot });
  }
  parts.add("name", { start: token.start + dot + 1, end: token.end });
}

type Attribute = Extract<Token, { kind: "version" | "switch" | "key-value" | "hash" }>;

function isAttribute(token: Token): token is Attribute {
  const { kind } = token;
  return kind === "version" || kind === "switch" || kind === "key-value" || kind === "hash";
}

function parseAttribute(
  stream: TokenStream,
  draft: SpecDraft,
  token: Attribute,
  parts: PartRecorder,
  host: HostArchitecture | undefined,
): void {
  parts.extend(token);
  switch (token.kind) {
    case "version":
      if (draft.versions !== anyVersion)
        stream.fail("two versions are given", "one list of versions: @1.2,1.4", token);
      draft.versions = stream.at(token, () => parseVersionList(textAt(stream, token.value)));
      parts.add("version", token, undefined, token.value);
      return;
    case "switch": {
      const name = textAt(stream, token.name);
      stream.at(token, () => assignSwitch(draft, name, token.on, token.propagate));
      parts.add("variant", token, name);
      return;
    }
    case "key-value": {
      const { exact, propagate } = token;
      const name = textAt(stream, token.name);
      const value = unquote(textAt(stream, token.value));
      stream.at(token, () => assignValue(draft, { name, value, propagate, exact }, host));
      parts.add(partKind(name), token, name, token.value);
      return;
    }
    case "hash":
      draft.hash = stream.text.slice(token.start + 1, token.end);
      parts.add("hash", token);
  }
}

function textAt({ text }: TokenStream, { start, end }: Span): string {
  return text.slice(start, end);
}
