import { describe, expect, it } from "vitest";
import { parseLockfile } from "../../../extension/core/spack/lockfile/read-lockfile.ts";
import { verifyHashes } from "../../../extension/core/spack/lockfile/verify-hashes.ts";
import { archives, systemZlib, versioned } from "../../integration/bazel/packages.ts";
import { hashOf, syntheticLock } from "../../support/synthetic-store.ts";

describe("syntheticLock (unit)", () => {
  it("is a lock whose every hash is what Spack would compute", () => {
    const loaded = parseLockfile(syntheticLock([versioned, archives, systemZlib]), "spack.lock");
    expect(verifyHashes(loaded)).toEqual({ verified: 5, damaged: [], unverifiable: [] });
    expect(loaded.lock.roots.map(({ hash }) => hash)).toEqual([versioned, archives, systemZlib].map(hashOf));
  });
});
