import { isName, normalizeName } from "./name.ts";

/** A dependency specifier of PEP 508, as Requires-Dist, pyproject.toml and requirements files have it. */
export interface Requirement {
  /** Normalized. */
  readonly name: string;
  readonly extras: readonly string[];
  /** `>=1.2,<2`; empty for any version, and for a URL. */
  readonly specifier: string;
  /** `name @ URL`. */
  readonly url: string | undefined;
  /** What comes after `;`. */
  readonly marker: string | undefined;
  /** As it was written, in one line. */
  readonly text: string;
}

const form =
  /^(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?<extras>[^\]]*)\])?\s*(?:@\s*(?<url>\S+)(?=\s|$)|\(?(?<specifier>[^;()]*)\)?)\s*(?:;(?<marker>.*))?$/;

const clause = /^(?:===|~=|==|!=|<=|>=|<|>)\s*[A-Za-z0-9*.+!_-]+$/;

/** Undefined for what is no dependency specifier. */
export function parseRequirement(text: string): Requirement | undefined {
  const line = text.trim().replace(/\s+/g, " ");
  const groups = form.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { name = "", extras = "", url, specifier = "", marker } = groups;
  const clauses = specifier
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (!isName(name) || !clauses.every((part) => clause.test(part))) return undefined;
  return {
    name: normalizeName(name),
    extras: extras
      .split(",")
      .map((extra) => normalizeName(extra))
      .filter((extra) => extra !== ""),
    specifier: clauses.map((part) => part.replaceAll(" ", "")).join(","),
    ...{ url, marker: marker?.trim() || undefined, text: line },
  };
}

/** The requirement as text again, for any version. */
export function withoutVersion({ name, extras, marker }: Requirement): string {
  const wanted = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
  return marker === undefined ? wanted : `${wanted} ; ${marker}`;
}
