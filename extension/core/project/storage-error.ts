import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { messageOf, SygaldryError, systemCode } from "../base/errors.ts";

/** SYG-STORAGE for a folder or file of the storage, with the step that mends this cause. */
export async function storageError(place: string, failure: unknown): Promise<SygaldryError> {
  const cause = await trueCause(place, failure);
  const code = systemCode(cause);
  return new SygaldryError("SYG-STORAGE", `${place} cannot be used for storage: ${messageOf(cause)}`, {
    cause,
    next:
      (code !== undefined && nextSteps[code]) ||
      "Choose another folder: storage.root or SYGALDRY_CONTAINER_ROOT.",
    data: { path: place, ...(code === undefined ? {} : { systemCode: code }) },
  });
}

const elsewhere = "or choose another folder with storage.root or SYGALDRY_CONTAINER_ROOT";
const permission = `Make it yours (chown) or writable for you, ${elsewhere}.`;
const inTheWay = `Move away the file that stands where a folder is needed, ${elsewhere}.`;

const nextSteps: Readonly<Record<string, string>> = {
  EACCES: permission,
  EPERM: permission,
  EROFS: `Mount that file system writable, ${elsewhere}.`,
  ENOSPC: `Free some space there, ${elsewhere}.`,
  EDQUOT: `Free some of your quota there, ${elsewhere}.`,
  ENOTDIR: inTheWay,
  EEXIST: inTheWay,
};

/** On a read-only file system Node's recursive mkdir says ENOENT; asking the nearest folder that exists tells why. */
async function trueCause(place: string, failure: unknown): Promise<unknown> {
  if (systemCode(failure) !== "ENOENT") return failure;
  for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
    try {
      await access(folder, constants.W_OK);
      return failure;
    } catch (error) {
      if (systemCode(error) !== "ENOENT") return error;
    }
  }
}
