import { describe, expect, it } from "vitest";
import {
  concretizeCommand,
  createCommand,
  installCommand,
  pushCommand,
} from "../../../../../extension/core/spack/run/commands.ts";

const line = ({ args }: { readonly args: readonly string[] }) => args.join(" ");

describe("Spack's commands (unit)", () => {
  it("solve", () => {
    expect(line(concretizeCommand("spack", "/w/spack/tools"))).toBe(
      "--color=never --env-dir /w/spack/tools concretize",
    );
    const options = { force: true, reuse: "none", tests: "root", jobs: 3 } as const;
    expect(line(concretizeCommand("spack", "named", options))).toBe(
      "--color=never --env named concretize --force --fresh --test root --jobs 3",
    );
  });

  it("install what the lock holds", () => {
    expect(line(installCommand("spack", "/e"))).toBe("--color=never --env-dir /e install --only-concrete");
    const options = { jobs: 8, concurrent: 2, cache: "only", unsigned: true, failFast: true } as const;
    expect(line(installCommand("spack", "/e", { ...options, verbose: true, more: ["--source"] }))).toBe(
      "--color=never --env-dir /e install --only-concrete --jobs 8 --concurrent-packages 2 --cache-only " +
        "--no-check-signature --fail-fast --verbose --source",
    );
    expect(line(installCommand("spack", "/e", { cache: "never" }))).toContain("--no-cache");
  });

  it("push to a build cache", () => {
    const mirror = "/opt/bazel_cache/spack_buildcache";
    expect(line(pushCommand("spack", "/e", { mirror, sign: false, updateIndex: true }))).toBe(
      `--color=never --env-dir /e buildcache push --unsigned --update-index ${mirror}`,
    );
    expect(
      line(pushCommand("spack", "/e", { mirror: "m", sign: "KEY", tag: "t", baseImage: "debian" })),
    ).toBe("--color=never --env-dir /e buildcache push --key KEY --tag t --base-image debian m");
  });

  it("make an environment", () => {
    expect(line(createCommand("spack", { at: { directory: "/w/e" }, from: "/w/spack.yaml" }))).toBe(
      "--color=never --no-env env create --dir /w/e /w/spack.yaml",
    );
    expect(line(createCommand("spack", { at: { name: "n" }, view: false, includeConcrete: ["/a"] }))).toBe(
      "--color=never --no-env env create --without-view --include-concrete /a n",
    );
  });

  it("give Spack a pipe to read and lines that are not broken", () => {
    expect(installCommand("/opt/spack/bin/spack", "/e")).toMatchObject({
      ...{ command: "/opt/spack/bin/spack", input: "", env: { PYTHONUNBUFFERED: "1", COLUMNS: "1000" } },
    });
  });
});
