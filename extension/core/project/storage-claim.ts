import { stat } from "node:fs/promises";
import path from "node:path";
import { SygaldryError, systemCode } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import { withLock } from "../base/lock.ts";
import { type Log, silentLog } from "../base/log.ts";
import { type Checkout, type Claim, claimFileName, readClaim } from "./claim-file.ts";
import type { CheckoutIdentity } from "./identity.ts";
import { storageError } from "./storage-error.ts";

export interface ClaimOptions {
  /** Lets an unrelated repository share the storage from now on. */
  readonly adopt?: boolean;
  readonly log?: Log;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
}

const day = 24 * 60 * 60 * 1000;

/**
 * Records in `<projectDirectory>/checkouts.json` that this checkout uses the project's storage, or throws
 * SYG-PROJECT-CLAIMED when the storage belongs to an unrelated repository: one with other root commits, or, where git cannot
 * tell, one at another place while a recorded place still exists. A file that cannot be understood is SYG-STORAGE, and stays
 * as it is. When the checkout was recorded within the last day, this only reads.
 */
export async function claimStorage(
  projectDirectory: string,
  checkout: CheckoutIdentity,
  options: ClaimOptions = {},
): Promise<void> {
  const file = path.join(projectDirectory, claimFileName);
  const now = options.now?.() ?? new Date();
  if (isFresh(await readClaim(file), checkout, now)) return;
  const lock = { what: "claiming storage", log: options.log ?? silentLog, signal: options.signal };
  try {
    await withLock(path.join(projectDirectory, "checkouts.lock"), lock, async () => {
      const claim = await readClaim(file);
      const repository = await checkout.repository(options.signal);
      if (!options.adopt) await refuseUnrelated(file, claim, checkout, repository);
      const updated = await record(claim, checkout, repository, now);
      await writeAtomic(file, `${JSON.stringify(updated, undefined, 2)}\n`);
    });
  } catch (error) {
    // What the file system said, also where the lock could not be made.
    const cause = error instanceof SygaldryError && error.code === "SYG-FILE" ? error.cause : error;
    if (systemCode(cause) === undefined || cause instanceof SygaldryError) throw error;
    throw await storageError(projectDirectory, cause);
  }
}

function isFresh(claim: Claim, checkout: CheckoutIdentity, now: Date): boolean {
  const own = claim.checkouts.find((entry) => entry.path === checkout.path);
  if (own === undefined || own.clone !== checkout.clone) return false;
  const age = now.getTime() - Date.parse(own.lastUsed);
  return age >= 0 && age < day;
}

async function refuseUnrelated(
  file: string,
  claim: Claim,
  checkout: CheckoutIdentity,
  repository: readonly string[],
): Promise<void> {
  const others = claim.checkouts.filter((entry) => entry.path !== checkout.path);
  const own = claim.checkouts.find((entry) => entry.path === checkout.path);
  if (checkout.clone !== undefined && claim.checkouts.some((entry) => entry.clone === checkout.clone)) return;

  const recorded = [claim.repository, ...claim.checkouts.map((entry) => entry.repository)].filter(
    (id) => id !== undefined,
  );
  if (repository.length > 0 && recorded.length > 0) {
    if (recorded.some((id) => repository.includes(id))) return;
    throw claimed(file, own ?? others[0], checkout, repository);
  }
  if (own !== undefined) return;
  for (const other of others) {
    if (await exists(other.path)) throw claimed(file, other, checkout, repository);
  }
}

async function record(
  claim: Claim,
  checkout: CheckoutIdentity,
  repository: readonly string[],
  now: Date,
): Promise<Claim> {
  const own = claim.checkouts.find((entry) => entry.path === checkout.path);
  const id = repository[0] ?? own?.repository;
  const { repository: _, clone: _clone, ...kept } = own ?? {};
  const entry: Checkout = {
    ...kept,
    path: checkout.path,
    ...(id === undefined ? {} : { repository: id }),
    ...(checkout.clone === undefined ? {} : { clone: checkout.clone }),
    firstUsed: own?.firstUsed ?? now.toISOString(),
    lastUsed: now.toISOString(),
  };
  const others = await withoutForgotten(
    claim.checkouts.filter((other) => other.path !== checkout.path),
    now,
  );
  const project = claim.repository ?? id;
  return {
    ...claim,
    ...(project === undefined ? {} : { repository: project }),
    checkouts: [...others, entry].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Without those that are gone and were not used for 90 days (build machines check out at ever new places). */
async function withoutForgotten(checkouts: readonly Checkout[], now: Date): Promise<Checkout[]> {
  const kept = await Promise.all(
    checkouts.map(
      async (entry) => now.getTime() - Date.parse(entry.lastUsed) < 90 * day || (await exists(entry.path)),
    ),
  );
  return checkouts.filter((_, index) => kept[index]);
}

async function exists(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined)) !== undefined;
}

function claimed(
  file: string,
  other: Checkout | undefined,
  checkout: CheckoutIdentity,
  repository: readonly string[],
): SygaldryError {
  const owner = other === undefined ? "another repository" : named(other.path, other.repository);
  const id = path.basename(path.dirname(file));
  return new SygaldryError(
    "SYG-PROJECT-CLAIMED",
    `the storage of project "${id}" belongs to ${owner}, and ${named(checkout.path, repository[0])} is not a checkout of it`,
    {
      next: "Choose another project.id in sygaldry.yaml, or run with --adopt to share that storage.",
      data: { file, owner: other?.path, checkout: checkout.path },
    },
  );
}

function named(place: string, repository: string | undefined): string {
  if (repository === undefined) return `${place} (no known git history)`;
  const [commit = "", folder] = repository.split(":");
  return `${place} (root commit ${commit.slice(0, 12)}${folder === undefined ? "" : `, folder ${folder}`})`;
}
