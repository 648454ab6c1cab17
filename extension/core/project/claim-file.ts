import * as z from "zod";
import { messageOf, SygaldryError } from "../base/errors.ts";
import { readTextIfExists } from "../base/files.ts";
import { storageError } from "./storage-error.ts";

/** In a project's folder of the storage: which checkouts use it. Extra fields of later versions are kept. */
export const claimFileName = "checkouts.json";

const claimSchema = z.looseObject({
  version: z.literal(1),
  /** The first of the repository's identifiers (CheckoutIdentity.repository) when it was first known. */
  repository: z.string().optional(),
  checkouts: z.array(
    z.looseObject({
      path: z.string(),
      repository: z.string().optional(),
      clone: z.string().optional(),
      /** ISO 8601, as is lastUsed. */
      firstUsed: z.string(),
      lastUsed: z.string(),
    }),
  ),
});

export type Claim = z.output<typeof claimSchema>;
export type Checkout = Claim["checkouts"][number];

/** An empty claim when there is no file. Throws SYG-STORAGE for one that cannot be understood; never changes it. */
export async function readClaim(file: string): Promise<Claim> {
  const text = await readTextIfExists(file).catch(async (cause: unknown) => {
    throw await storageError(file, cause);
  });
  if (text === undefined) return { version: 1, checkouts: [] };
  try {
    return claimSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new SygaldryError("SYG-STORAGE", `${file} is damaged, or written by a later Sygaldry: ${why}`, {
      cause,
      next: "Mend it, or move it away: which checkouts use this storage is then recorded anew. Nothing was changed.",
    });
  }
}
