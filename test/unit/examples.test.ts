import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readDrift } from "../../extension/core/spack/drift/drift.ts";
import { parseLockfile } from "../../extension/core/spack/lockfile/read-lockfile.ts";
import { readManifest } from "../../extension/core/spack/manifest/manifest.ts";
import { inRepository } from "../support/paths.ts";
import { host } from "./core/spack/manifest/host.ts";

const file = (name: string) => inRepository("examples/cross-language/spack/heat", name);

describe("the environment of the cross-language example (unit)", () => {
  it("is locked as its manifest asks for", async () => {
    const { lock } = parseLockfile(await readFile(file("spack.lock"), "utf8"), file("spack.lock"));
    const manifest = await readManifest(file("spack.yaml"), { context: host });
    const { added, removed } = await readDrift(manifest, lock, { context: host });
    expect({ added, removed }).toEqual({ added: [], removed: [] });
    const text = await readFile(file("spack.yaml"), "utf8");
    expect(lock.nodes.size).toBe(5);
    for (const { name, version, external } of lock.nodes.values()) {
      expect(external?.path).toBe("/usr");
      expect(text).toContain(`- spec: ${name}@${version}`);
    }
  });
});
