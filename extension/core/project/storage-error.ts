import { messageOf, SygaldryError, systemCode } from "../base/errors.ts";

/** SYG-STORAGE for a folder or file of the storage, with the step that mends this cause. */
export function storageError(place: string, cause: unknown): SygaldryError {
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
