import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, systemCode } from "../../base/errors.ts";
import { type HttpClient, Unreachable } from "./http-client.ts";

/** Where the files of a build cache come from. Paths are relative to the mirror, with `/`. */
export interface Transport {
  /** The file's content; undefined when there is none. Throws Unreachable when that cannot be told. */
  read(file: string, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** The names in a folder, where the transport can list: undefined where it cannot. */
  list(folder: string): Promise<readonly string[] | undefined>;
}

/** A cache in a folder; `folder` as this process reaches it. */
export function folderTransport(folder: string): Transport {
  const located = async <T>(file: string, use: (local: string) => Promise<T>): Promise<T | undefined> => {
    const local = path.join(folder, file);
    try {
      return await use(local);
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      if (code === "ABORT_ERR") throw error;
      throw new Unreachable(`${local} cannot be read: ${messageOf(error)}`);
    }
  };
  return {
    read: (file, signal) => located(file, (local) => readFile(local, signal === undefined ? {} : { signal })),
    list: async (file) => (await located(file, (local) => readdir(local))) ?? [],
  };
}

/** A cache on a web server. */
export function webTransport(url: string, client: HttpClient): Transport {
  const base = url.replace(/\/+$/, "");
  return {
    read: async (file, signal) => {
      // Names hold nothing that a path would not, but for a plus sign, which some servers take for a space.
      const reply = await client.get(`${base}/${encodeURI(file).replaceAll("+", "%2B")}`, { signal });
      return reply.status === 200 ? reply.body : undefined;
    },
    list: async () => undefined,
  };
}
