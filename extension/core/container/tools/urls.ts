import type { Config } from "../../project/schema.ts";
import type { Arch, Checksums, OfficialTool } from "./catalogue.ts";

type Mirrors = Config["mirrors"];

const machine: Readonly<
  Record<Arch, { readonly gnu: string; readonly bazel: string; readonly node: string }>
> = {
  amd64: { gnu: "x86_64", bazel: "x86_64", node: "x64" },
  arm64: { gnu: "aarch64", bazel: "arm64", node: "arm64" },
};

/** Where the official archive of a version is, mirrors applied; undefined where it does not follow from the version. */
export function archiveUrl(
  tool: OfficialTool,
  version: string,
  arch: Arch,
  mirrors: Mirrors,
): string | undefined {
  const { gnu, bazel, node } = machine[arch];
  switch (tool) {
    case "rust":
      return `${mirrors.rust ?? "https://static.rust-lang.org"}/dist/rust-${version}-${gnu}-unknown-linux-gnu.tar.gz`;
    case "go":
      return `${mirrors.go ?? "https://go.dev/dl"}/go${version}.linux-${arch}.tar.gz`;
    case "node":
      return `${mirrors.node ?? "https://nodejs.org/dist"}/v${version}/node-v${version}-linux-${node}.tar.gz`;
    case "uv":
      return `${github(mirrors)}/astral-sh/uv/releases/download/${version}/uv-${gnu}-unknown-linux-gnu.tar.gz`;
    case "bazelisk":
      return `${github(mirrors)}/bazelbuild/bazelisk/releases/download/v${version}/bazelisk-linux-${arch}`;
    case "bazel":
      return `${mirrors.bazel ?? `${github(mirrors)}/bazelbuild/bazel/releases/download`}/${version}/bazel-${version}-linux-${bazel}`;
    case "spack":
      return `${github(mirrors)}/spack/spack/releases/download/v${version}/spack-${version}.tar.gz`;
    case "python":
    case "uv-wheel":
      return undefined;
  }
}

export function github(mirrors: Mirrors): string {
  return (mirrors.github ?? "https://github.com").replace(/\/$/, "");
}

/** The URL with https://github.com replaced by its mirror. */
export function throughMirror(url: string, mirrors: Mirrors): string {
  return url.replace(/^https:\/\/github\.com/, github(mirrors));
}

export function eachArch(make: (arch: Arch) => string | undefined): Checksums {
  const amd64 = make("amd64");
  const arm64 = make("arm64");
  return { ...(amd64 === undefined ? {} : { amd64 }), ...(arm64 === undefined ? {} : { arm64 }) };
}
