import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { samePaths } from "../../../../../extension/core/site/paths.ts";
import { folderTest } from "../../../../../extension/core/spack/activate/site-files.ts";

it("takes what cannot be looked at for no folder, as Spack does (unit)", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "sygaldry-test-"));
  try {
    await symlink("loop", path.join(folder, "loop"));
    const isFolder = folderTest(samePaths);
    expect(isFolder(folder)).toBe(true);
    expect(isFolder(path.join(folder, "loop/bin"))).toBe(false);
    expect(isFolder(path.join(folder, "x".repeat(300)))).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
