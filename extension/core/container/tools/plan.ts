import { SygaldryError } from "../../base/errors.ts";
import { shellJoin } from "../../base/shell.ts";
import { defaultVersions } from "../../project/default-versions.ts";
import type { Config, ToolName, ToolSetting } from "../../project/schema.ts";
import {
  type Checksums,
  findRelease,
  huggingfaceHubVersion,
  knownVersions,
  type OfficialTool,
  solverRequirements,
  spackPackages,
} from "./catalogue.ts";
import { archiveUrl, eachArch, github, throughMirror } from "./urls.ts";

/** How one tool gets into the image. */
export interface ToolPlan {
  readonly name: ToolName;
  readonly from: "official" | "distro" | "index";
  /** What the fingerprint and `status` show: "3.13.15", "distro". */
  readonly version: string;
  /** Packages of the distribution, installed in the final stage. */
  readonly packages: readonly string[];
  /** Shell commands of the tool's own build stage; none for a tool of the distribution. */
  readonly commands: readonly string[];
  /** Folders that the final stage takes over from the tool's stage, at the same path. */
  readonly folders: readonly string[];
  /** Shell commands of the final stage. */
  readonly finish: readonly string[];
  /** Folders to put on PATH. */
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const distroPackages: Readonly<Record<ToolName, readonly string[] | undefined>> = {
  python: ["python3", "python3-dev", "python3-venv", "python-is-python3"],
  rust: ["rustc", "cargo"],
  go: ["golang-go"],
  bazel: ["bazel-bootstrap"],
  node: ["nodejs"],
  spack: undefined,
  uv: undefined,
};

const toolNames: readonly ToolName[] = ["python", "rust", "go", "bazel", "spack", "uv", "node"];
const installScripts = "/usr/local/lib/sygaldry/image";

/** The tools that are switched on. Throws SYG-CONFIG-CHECKSUM for a version whose download cannot be checked. */
export function planTools(config: Config): readonly ToolPlan[] {
  return toolNames.flatMap((name) => {
    const setting = longForm(name, config.tools[name]);
    return setting === undefined ? [] : [planTool(name, setting, config)];
  });
}

interface ToolChoice {
  readonly version: string;
  readonly from: ToolPlan["from"];
  readonly sha256: Checksums;
}

function longForm(name: ToolName, setting: ToolSetting): ToolChoice | undefined {
  const standard = { version: defaultVersions[name], from: "official" as const, sha256: {} };
  if (setting === false || setting === "off") return undefined;
  if (setting === undefined || setting === "official") return standard;
  if (setting === "distro") return { ...standard, from: "distro" };
  if (typeof setting === "string") return { ...standard, version: setting };
  return {
    version: setting.version ?? defaultVersions[name],
    from: setting.from ?? "official",
    sha256: withoutUndefined(setting.sha256 ?? {}),
  };
}

function planTool(name: ToolName, choice: ToolChoice, config: Config): ToolPlan {
  if (choice.from === "distro") return distroTool(name);
  if (choice.from === "index") return indexTool(name, choice);
  return officialTool(name, choice, config);
}

function distroTool(name: ToolName): ToolPlan {
  const packages = distroPackages[name];
  if (packages === undefined) {
    throw new SygaldryError(
      "SYG-CONFIG-INVALID",
      `tools.${name}: Debian and Ubuntu have no package of ${name}`,
      {
        next:
          name === "uv"
            ? "Set `tools.uv: {from: index}` to take it from the Python index."
            : `Set tools.${name} to a version, or off.`,
      },
    );
  }
  return { ...nothing(name), from: "distro", version: "distro", packages };
}

function indexTool(name: ToolName, choice: ToolChoice): ToolPlan {
  if (name !== "uv") {
    throw new SygaldryError("SYG-CONFIG-INVALID", `tools.${name}: only uv can come from the Python index`, {
      next: `Set tools.${name}.from to official or distro.`,
    });
  }
  const { version, sha256 } = release("uv-wheel", name, choice);
  const sums = [sha256.amd64, sha256.arm64].filter((sum) => sum !== undefined);
  return {
    ...nothing(name),
    from: "index",
    version,
    commands: [run("install-uv.sh", ["/opt/tools/uv/bin", version, ...sums])],
    folders: ["/opt/tools/uv"],
    path: ["/opt/tools/uv/bin"],
  };
}

function officialTool(name: ToolName, choice: ToolChoice, config: Config): ToolPlan {
  const folder = `/opt/tools/${name}`;
  const { version, sha256, url } = release(name, name, choice);
  const common = { ...nothing(name), version, folders: [folder], path: [`${folder}/bin`] };
  const archive = (tool: OfficialTool, of: string, sums: Checksums) =>
    archiveArguments(tool, of, sums, url, config);
  switch (name) {
    case "python":
    case "node":
      return {
        ...common,
        commands: [run("install-archive.sh", [folder, "tar", ...archive(name, version, sha256)])],
      };
    case "go":
      return {
        ...common,
        commands: [run("install-archive.sh", [folder, "tar", ...archive("go", version, sha256)])],
        environment: config.mirrors.goproxy === undefined ? {} : { GOPROXY: config.mirrors.goproxy },
      };
    case "uv":
      return {
        ...common,
        commands: [run("install-archive.sh", [`${folder}/bin`, "tar", ...archive("uv", version, sha256)])],
      };
    case "rust":
      return { ...common, commands: [run("install-rust.sh", [folder, ...archive("rust", version, sha256)])] };
    case "bazel":
      return bazelTool(common, version, sha256, config);
    case "spack":
      return spackTool(common, version, archive("spack", version, sha256).slice(0, 2), config);
  }
}

/** Bazelisk, and the default version beside it: checked now, and run without a download later. */
function bazelTool(common: ToolPlan, version: string, sha256: Checksums, config: Config): ToolPlan {
  const own = typeof config.tools.bazel === "object" ? config.tools.bazel.bazelisk : undefined;
  const bazelisk = release("bazelisk", "bazel.bazelisk", {
    version: own?.version ?? "1",
    sha256: withoutUndefined(own?.sha256 ?? {}),
  });
  const install = (tool: OfficialTool, file: string, of: string, sums: Checksums) =>
    run("install-archive.sh", [
      `/opt/tools/bazel/bin/${file}`,
      "binary",
      ...archiveArguments(tool, of, sums, undefined, config),
    ]);
  return {
    ...common,
    commands: [
      install("bazelisk", "bazelisk", bazelisk.version, bazelisk.sha256),
      install("bazel", `bazel-${version}`, version, sha256),
    ],
    finish: ["ln -s ../lib/sygaldry/runtime/bazel.sh /usr/local/bin/bazel"],
    path: [],
    environment: {
      SYGALDRY_BAZEL_VERSION: version,
      BAZELISK_HOME: "/opt/bazel_cache/bazelisk",
      ...(config.mirrors.bazel === undefined ? {} : { BAZELISK_BASE_URL: config.mirrors.bazel }),
    },
  };
}

function spackTool(common: ToolPlan, version: string, archive: readonly string[], config: Config): ToolPlan {
  const own = typeof config.tools.spack === "object" ? config.tools.spack.packages : undefined;
  const { commit, sha256 } = own ?? spackPackages;
  const packages = `${github(config.mirrors)}/spack/spack-packages/archive/${commit}.tar.gz`;
  return {
    ...common,
    version: `${version} with packages ${own === undefined ? spackPackages.version : commit.slice(0, 12)}`,
    packages: ["gfortran", "patchelf", "python3"],
    commands: [run("install-spack.sh", [...archive, packages, sha256, ...solverRequirements])],
    folders: ["/opt/spack_src", "/opt/spack_packages", "/opt/spack_solver", "/opt/spack_cache"],
    path: ["/opt/spack_src/bin"],
    environment: { SPACK_ROOT: "/opt/spack_src", SPACK_PYTHON: "/opt/spack_solver/bin/python" },
  };
}

function nothing(name: ToolName): ToolPlan {
  const environment: Readonly<Record<string, string>> =
    name === "uv" ? { UV_CACHE_DIR: "/opt/bazel_cache/uv", HF_HUB_VERSION: huggingfaceHubVersion } : {};
  return {
    name,
    from: "official",
    version: "",
    packages: [],
    commands: [],
    folders: [],
    finish: [],
    path: [],
    environment,
  };
}

interface CheckedRelease {
  readonly version: string;
  readonly sha256: Checksums;
  readonly url?: Checksums;
}

/** The release to install: checksums of the configuration first, then the known ones. `key` is the setting below `tools`. */
function release(tool: OfficialTool, key: string, choice: Omit<ToolChoice, "from">): CheckedRelease {
  const version = choice.version.replace(/^v/, "");
  const found = findRelease(tool, version);
  if (choice.sha256.amd64 !== undefined || choice.sha256.arm64 !== undefined) {
    // A site's own build of a known version is where its mirror would have the official one.
    const url = found?.version === version ? found.release.url : undefined;
    return { version, sha256: choice.sha256, ...(url === undefined ? {} : { url }) };
  }
  if (found === undefined) {
    throw new SygaldryError(
      "SYG-CONFIG-CHECKSUM",
      `tools.${key}: no checksum is known for ${key.split(".").at(-1)} ${version}; known are ${knownVersions(tool).join(", ")}`,
      {
        next:
          key === "python"
            ? "Choose a known version, or `from: distro`."
            : `Choose a known version, or give tools.${key}.sha256 (amd64 and arm64) from the project's release page.`,
      },
    );
  }
  return {
    version: found.version,
    sha256: found.release.sha256,
    ...(found.release.url === undefined ? {} : { url: found.release.url }),
  };
}

/** `AMD64_URL AMD64_SHA256 ARM64_URL ARM64_SHA256`; both of an architecture empty when it has no checked download. */
function archiveArguments(
  tool: OfficialTool,
  version: string,
  sha256: Checksums,
  url: Checksums | undefined,
  config: Config,
): readonly string[] {
  const { mirrors } = config;
  const urls = eachArch((arch) => {
    const known = url?.[arch];
    return known === undefined ? archiveUrl(tool, version, arch, mirrors) : throughMirror(known, mirrors);
  });
  if (urls.amd64 === undefined && urls.arm64 === undefined) {
    throw new SygaldryError(
      "SYG-CONFIG-CHECKSUM",
      `tools.${tool}: the download of version ${version} is not known`,
      {
        next: `Choose one of ${knownVersions(tool).join(", ")}, or \`from: distro\`.`,
      },
    );
  }
  return (["amd64", "arm64"] as const).flatMap((arch) => {
    const sum = sha256[arch];
    return sum === undefined ? ["", ""] : [urls[arch] ?? "", sum];
  });
}

function run(script: string, args: readonly string[]): string {
  return shellJoin([`${installScripts}/${script}`, ...args]);
}

function withoutUndefined(sums: { readonly [arch in "amd64" | "arm64"]?: string | undefined }): Checksums {
  return eachArch((arch) => sums[arch]);
}
