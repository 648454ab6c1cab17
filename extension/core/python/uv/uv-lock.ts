import { parse } from "smol-toml";
import * as z from "zod";
import { messageOf, SygaldryError } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { normalizeName } from "../requirements/name.ts";

/** A package of uv.lock. */
export interface LockedPackage {
  /** Normalized. */
  readonly name: string;
  /** Undefined for a package whose version is dynamic. */
  readonly version: string | undefined;
  /** Where it comes from: an index (URL, or path as written), or another kind of source. */
  readonly source: { readonly kind: string; readonly at: string };
  /** `sha256:…` of its wheels. */
  readonly hashes: readonly string[];
  readonly wheels: readonly string[];
}

export interface UvLock {
  readonly file: string;
  readonly requiresPython: string | undefined;
  readonly packages: readonly LockedPackage[];
}

const wheel = z.looseObject({
  url: z.string().optional(),
  path: z.string().optional(),
  filename: z.string().optional(),
  hash: z.string().optional(),
});

const schema = z.looseObject({
  version: z.number(),
  "requires-python": z.string().optional(),
  package: z
    .array(
      z.looseObject({
        name: z.string(),
        version: z.string().optional(),
        source: z.record(z.string(), z.unknown()),
        wheels: z.array(wheel).optional(),
      }),
    )
    .default([]),
});

/**
 * The lock of a uv project; undefined when there is none. Format: uv.lock version 1 (uv 0.5 and later; 0.13 writes revision 3).
 * Throws SYG-UV-LOCK: no TOML, another version, or malformed.
 */
export async function readUvLock(file: string): Promise<UvLock | undefined> {
  const text = await readTextIfExists(file);
  return text === undefined ? undefined : parseUvLock(text, file);
}

export function parseUvLock(text: string, file: string): UvLock {
  const lock = schema.safeParse(parseToml(text, file));
  if (!lock.success) {
    const [issue] = lock.error.issues;
    throw unreadable(file, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const { version, package: packages, "requires-python": requiresPython } = lock.data;
  if (version !== 1) throw unreadable(file, `its version is ${version}, and 1 is known`);
  return {
    ...{ file, requiresPython },
    packages: packages.map(({ name, version: own, source, wheels = [] }) => {
      const [kind = "unknown", at] = Object.entries(source)[0] ?? [];
      return {
        ...{ name: normalizeName(name), version: own },
        source: { kind, at: typeof at === "string" ? at : "" },
        hashes: wheels.flatMap(({ hash }) => hash ?? []),
        wheels: wheels.flatMap(({ url, path, filename }) => filename ?? fileNameOf(url ?? path) ?? []),
      };
    }),
  };
}

function fileNameOf(place: string | undefined): string | undefined {
  const last = place?.split(/[?#]/)[0]?.split("/").at(-1);
  if (last === undefined) return undefined;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw unreadable(file, messageOf(cause).split("\n")[0] ?? "", cause);
  }
}

function unreadable(file: string, why: string, cause?: unknown): SygaldryError {
  return new SygaldryError("SYG-UV-LOCK", `${file} cannot be read: ${why}`, {
    cause,
    next: "Take it from version control again, or remove it and run `sygaldry python lock`.",
    data: { file },
  });
}
