import { readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, systemCode } from "../../base/errors.ts";
import { type Fact, known, unknown } from "../../base/fact.ts";
import { isJsonObject, type JsonObject } from "../../base/json-fields.ts";

/** Name of the folder in each prefix where Spack keeps its records. */
export const metadataFolder = ".spack";

/** Why a record could not be had: not there, or there and unusable. */
export type MetadataFile =
  | { readonly state: "read"; readonly text: string }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly why: string };

/** A text file of `<prefix>/.spack/`; `prefix` as this process reaches it. Never throws but for `signal`. */
export async function readMetadata(
  prefix: string,
  name: string,
  signal?: AbortSignal,
): Promise<MetadataFile> {
  const file = path.join(prefix, metadataFolder, name);
  try {
    return { state: "read", text: await readFile(file, { encoding: "utf8", ...(signal && { signal }) }) };
  } catch (error) {
    signal?.throwIfAborted();
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { state: "absent" };
    return { state: "unreadable", why: `${file} cannot be read: ${messageOf(error)}` };
  }
}

/** A JSON object of `<prefix>/.spack/`; undefined when there is no such file. */
export async function readMetadataJson(
  prefix: string,
  name: string,
  signal?: AbortSignal,
): Promise<Fact<JsonObject> | undefined> {
  const read = await readMetadata(prefix, name, signal);
  if (read.state === "absent") return undefined;
  if (read.state === "unreadable") return unknown(read.why);
  const file = path.join(prefix, metadataFolder, name);
  try {
    const value: unknown = JSON.parse(read.text);
    return isJsonObject(value) ? known(value) : unknown(`${file} holds no object`);
  } catch (error) {
    return unknown(`${file} is not JSON: ${messageOf(error)}`);
  }
}
