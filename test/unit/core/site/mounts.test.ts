import { mkdtemp, realpath, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { mountTranslation } from "../../../../extension/core/site/mounts.ts";

const mounts = [
  { source: "/data/p/spack_store", target: "/opt/spack_store" },
  { source: "/data/p/bazel_cache", target: "/opt/bazel_cache" },
  { source: "/elsewhere/uv", target: "/opt/bazel_cache/uv" },
  { source: "/home/me/repo", target: "/workspace" },
  { source: "/home/me/repo/data", target: "/data" },
];

describe("mountTranslation (unit)", () => {
  it.each([
    ["/opt/spack_store", "/data/p/spack_store"],
    ["/opt/spack_store/view/bin/x y", "/data/p/spack_store/view/bin/x y"],
    ["/opt/bazel_cache/uv/a", "/elsewhere/uv/a"],
    ["/opt/bazel_cache/uvx", "/data/p/bazel_cache/uvx"],
    ["/workspace/spack/ü", "/home/me/repo/spack/ü"],
    ["/data/x", "/home/me/repo/data/x"],
  ])("takes %s to %s and back", async (site, local) => {
    const paths = await mountTranslation(mounts);
    expect(paths.local(site)).toBe(local);
    expect(paths.site(local)).toBe(site);
  });

  it.each(["/opt/spack_store2", "/opt", "/usr/bin", "relative", "/"])("leaves %s alone", async (file) => {
    const paths = await mountTranslation(mounts);
    expect(paths.local(file)).toBe(file);
    expect(paths.site(file)).toBe(file);
  });

  it("knows a host folder by its name with symbolic links resolved", async () => {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), "sygaldry-mounts-")));
    const link = `${folder}-link`;
    await symlink(folder, link);
    const paths = await mountTranslation([{ source: link, target: "/opt/spack_store" }]);
    expect(paths.site(path.join(folder, "a"))).toBe("/opt/spack_store/a");
    expect(paths.site(path.join(link, "a"))).toBe("/opt/spack_store/a");
    expect(paths.local("/opt/spack_store/a")).toBe(path.join(link, "a"));
  });
});
