import path from "node:path";
import { pathToFileURL } from "node:url";
import { SygaldryError } from "../../base/errors.ts";
import {
  asObject,
  asString,
  isJsonObject,
  type JsonObject,
  optionalString,
  ShapeError,
} from "../../base/json-fields.ts";

/** How to prove to a mirror who asks. */
export type MirrorCredentials =
  | { readonly kind: "none" }
  | { readonly kind: "password"; readonly id: string; readonly secret: string }
  | { readonly kind: "token"; readonly token: string }
  /** Named in the configuration, and not in the environment. */
  | { readonly kind: "missing"; readonly variables: readonly string[] };

/** A build cache as Spack's `mirrors` configures it, for fetching. */
export interface Mirror {
  readonly name: string;
  /** With a scheme: file, http, https, oci, oci+http, s3 … */
  readonly url: string;
  /** Whether Spack takes only packages with a signature from it. */
  readonly signed: boolean;
  readonly credentials: MirrorCredentials;
}

export interface MirrorContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Makes a path of the configuration absolute: puts values in for Spack's path variables. */
  readonly resolvePath: (path: string) => string;
}

/**
 * The mirrors of Spack's `mirrors:` mapping that may hold built packages, in its order, which is the order in which Spack
 * asks them. Throws SYG-BUILD-CACHE naming the mirror whose description is wrong.
 */
export function readMirrors(mirrors: unknown, context: MirrorContext): readonly Mirror[] {
  try {
    return Object.entries(asObject(mirrors, "mirrors")).flatMap(([name, value]) =>
      isJsonObject(value) && value["binary"] === false ? [] : [readMirror(name, value, context)],
    );
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new SygaldryError("SYG-BUILD-CACHE", `Spack's mirrors cannot be used: ${error.message}`, {
      cause: error,
      next: "Correct it in mirrors.yaml or the environment's spack.yaml.",
    });
  }
}

function readMirror(name: string, value: unknown, context: MirrorContext): Mirror {
  const at = `mirrors.${name}`;
  if (typeof value === "string") {
    return { name, url: toUrl(value, context), signed: true, credentials: { kind: "none" } };
  }
  const whole = asObject(value, at);
  const fetch = whole["fetch"] ?? {};
  // What is said of fetching goes before what is said of the mirror.
  const connection: JsonObject = {
    ...whole,
    ...(typeof fetch === "string" ? { url: fetch } : asObject(fetch, `${at}.fetch`)),
  };
  return {
    name,
    url: toUrl(asString(connection["url"], `${at}.url`), context),
    signed: whole["signed"] !== false,
    credentials: readCredentials(connection, at, context.environment),
  };
}

function toUrl(url: string, { resolvePath }: MirrorContext): string {
  if (/^[a-z][a-z0-9+]*:\/\//i.test(url)) return url;
  return pathToFileURL(path.resolve(resolvePath(url))).href;
}

/** Variables by name, or as old configurations have it, the values themselves. */
function readCredentials(
  connection: JsonObject,
  at: string,
  environment: MirrorContext["environment"],
): MirrorCredentials {
  const pair = connection["access_pair"] ?? undefined;
  if (Array.isArray(pair)) {
    const [id, secret] = pair.map((text: unknown, index) => asString(text, `${at}.access_pair[${index}]`));
    return id && secret ? { kind: "password", id, secret } : { kind: "none" };
  }
  if (pair !== undefined)
    return readPair(asObject(pair, `${at}.access_pair`), `${at}.access_pair`, environment);
  const variable = optionalString(connection["access_token_variable"], `${at}.access_token_variable`);
  const token =
    variable === undefined
      ? optionalString(connection["access_token"], `${at}.access_token`)
      : environment[variable];
  if (token) return { kind: "token", token };
  return variable === undefined ? { kind: "none" } : { kind: "missing", variables: [variable] };
}

function readPair(
  pair: JsonObject,
  at: string,
  environment: MirrorContext["environment"],
): MirrorCredentials {
  const idVariable = optionalString(pair["id_variable"], `${at}.id_variable`);
  const secretVariable = asString(pair["secret_variable"], `${at}.secret_variable`);
  const id = idVariable === undefined ? asString(pair["id"], `${at}.id`) : environment[idVariable];
  const secret = environment[secretVariable];
  if (id && secret) return { kind: "password", id, secret };
  const needed = [
    ...(id || idVariable === undefined ? [] : [idVariable]),
    ...(secret ? [] : [secretVariable]),
  ];
  return { kind: "missing", variables: needed };
}
