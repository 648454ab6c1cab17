import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { findRelease } from "../../../extension/core/container/tools/catalogue.ts";
import { archiveOf } from "../../support/archive.ts";
import { removeOwn } from "../../support/docker.ts";
import { bridgeGateway } from "../../support/gateway.ts";
import { type Mirror, startMirror } from "../../support/mirror.ts";
import { requires } from "../../support/requirements.ts";
import { createSlimProject, type SlimProject, slim, type UpJson } from "../../support/slim-project.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

requires(
  "linux",
  "docker",
  "buildkit",
  "base",
)("official downloads, from a mirror with stand-ins (integration)", () => {
  let mirror: Mirror;
  let project: SlimProject;
  let tools: Tools;
  let first: UpJson;

  beforeAll(async () => {
    mirror = await startMirror(await bridgeGateway());
    const [go, node, python, rust, uv] = await Promise.all([
      standIn("go", "1.99.1"),
      standIn("node", "99.1.0"),
      standIn("python", pythonVersion),
      standIn("rust", "9.9.1"),
      standIn("uv", "9.9.1"),
    ]);
    const [bazel, bazelisk] = [await standIn("bazel", "9.9.1"), await standIn("bazelisk", "9.9.2")];
    const [spack, packages] = [await standIn("spack", "9.9.1"), await standIn("packages", commit)];
    tools = {
      ...{ go, node, python, rust, uv },
      bazel: { ...bazel, bazelisk },
      spack: { ...spack, packages: { commit, sha256: packages.sha256.amd64 } },
    };
    // The solver comes from the real Python index, which the user's own configuration may name.
    project = await createSlimProject({ config: configOf(tools), env: { HOME: homedir() } });
    first = await project.up();
  });

  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    await mirror?.close();
    removeOwn();
  });

  function configOf(changed: Tools, mirrors: object = {}): object {
    const { origin } = mirror;
    const own = {
      go: `${origin}/go`,
      node: `${origin}/node`,
      rust: `${origin}/rust`,
      bazel: `${origin}/bazel`,
    };
    const all = { ...slim.mirrors, python: "host", github: `${origin}/github`, ...own, ...mirrors };
    return { ...slim, certificates: "host", mirrors: all, tools: changed };
  }

  /** Serves a new stand-in of a tool for both architectures; returns what pins it in sygaldry.yaml. */
  async function standIn(tool: StandIn, version: string, ...modes: Modes) {
    const tree = standIns[tool].tree(version);
    const body = typeof tree === "string" ? tree : await archiveOf(tree);
    for (const url of standIns[tool].paths(version)) mirror.serve(url, body, ...modes);
    const sum = createHash("sha256").update(body).digest("hex");
    return { version, sha256: { amd64: sum, arm64: sum } };
  }

  const requests = (tool: StandIn, version: string) =>
    standIns[tool].paths(version).flatMap((url) => mirror.requests(url));

  /** How often each stand-in of the first build was asked for. */
  const asked = () => {
    const versions = { node: "99.1.0", python: pythonVersion, bazelisk: "9.9.2", packages: commit };
    const others = { rust: "9.9.1", uv: "9.9.1", bazel: "9.9.1", spack: "9.9.1", go: "1.99.1" };
    const counts = Object.entries({ ...versions, ...others }).map(([tool, version]) => [
      tool,
      requests(standInName.parse(tool), version).length,
    ]);
    return Object.fromEntries(counts);
  };
  const once = Object.fromEntries(standInNames.map((tool) => [tool, 1]));

  it("are asked for once each", () => {
    expect(asked()).toEqual(once);
  });

  it.each([
    ["go", "go version", "/opt/tools/go/bin/go", "go 1.99.1: version"],
    ["node", "node -v", "/opt/tools/node/bin/node", "node 99.1.0: -v"],
    ["python3", "python3 -V", "/opt/tools/python/bin/python3", `python3 ${pythonVersion}: -V`],
    ["rustc", "rustc -V", "/opt/tools/rust/bin/rustc", "rustc 9.9.1: -V"],
    ["cargo", "cargo -V", "/opt/tools/rust/bin/cargo", "cargo 9.9.1: -V"],
    ["uv", "uv -V", "/opt/tools/uv/bin/uv", "uv 9.9.1: -V"],
    ["bazel", "bazel info", "/usr/local/bin/bazel", "bazel 9.9.1: info"],
    ["bazel", "USE_BAZEL_VERSION=7.0.0 bazel info", "/usr/local/bin/bazel", "bazelisk 9.9.2: info"],
    ["spack", "spack find", "/opt/spack_src/bin/spack", "spack 9.9.1: find"],
  ])("put %s in its place: %s", async (program, command, place, says) => {
    expect(await project.inside(`command -v ${program}; ${command}`)).toBe(`${place}\n${says}`);
  });

  describe("that fail", () => {
    it.each([
      {
        mode: "wrong",
        kind: "SYG-FETCH-CHECKSUM",
        says: (sum: string) => [`expected: sha256 ${sum}\n`, "came:     sha256 "],
      },
      {
        mode: "missing",
        kind: "SYG-FETCH-MISSING",
        says: (sum: string) => ["the server answers 404", `sha256 ${sum}`],
      },
      { mode: "cut", kind: "SYG-FETCH-CUT", says: () => ["never completed", "(attempts: 4)"] },
    ] as const)("are named, and change nothing: $mode", async ({ mode, kind, says }) => {
      const version = `1.99.${mode.length}0`;
      const go = await standIn("go", version, mode);
      const error = await failingUp(configOf({ ...tools, go }));
      expect(error).toMatchObject({ code: "SYG-DOWNLOAD", kind });
      for (const part of [`${mirror.origin}/go/go${version}.linux-`, ...says(go.sha256.amd64)])
        expect(error.message).toContain(part);
      await expectUntouched();
    });

    it("are named, and change nothing: nobody there", async () => {
      const go = await standIn("go", "1.99.70");
      const nobody = `http://${new URL(mirror.origin).hostname}:${await freePort()}`;
      const error = await failingUp(configOf({ ...tools, go }, { go: nobody }));
      expect(error).toMatchObject({ code: "SYG-DOWNLOAD", kind: "SYG-FETCH-UNREACHABLE" });
      expect(error.message).toContain(`cannot download ${nobody}/go1.99.70.linux-`);
      expect(error.next).toContain("mirrors");
      await expectUntouched();
    });

    async function failingUp(config: object): Promise<Failure> {
      await project.configure(config);
      const result = await project.run(["up", "--json"]);
      expect(result.exitCode).toBe(1);
      return failure.parse(result.json()).error;
    }

    async function expectUntouched(): Promise<void> {
      expect(await project.inside("go version")).toBe("go 1.99.1: version");
      await project.configure(configOf(tools));
      expect(await project.up()).toMatchObject({ action: "nothing", containerId: first.containerId });
      expect(asked()).toEqual(once);
    }
  });

  it("of other tools stay as they are when one is bumped; a slow one and one cut off once come whole", async () => {
    const [go, uv] = [await standIn("go", "1.99.2", "slow"), await standIn("uv", "9.9.3", "cut", "ok")];
    await project.configure(configOf({ ...tools, go, uv }));
    const { action, reason } = await project.up();
    expect({ action, reason }).toMatchObject({
      action: "rebuild",
      reason: expect.stringMatching(/tools\.go 1\.99\.1 → 1\.99\.2.*tools\.uv 9\.9\.1 → 9\.9\.3/),
    });
    expect(await project.inside("go version; uv -V")).toBe("go 1.99.2: version\nuv 9.9.3: -V");
    expect(requests("go", "1.99.2")).toHaveLength(1);
    expect(requests("uv", "9.9.3").map(({ range }) => range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=\d+-$/),
    ]);
    expect(asked()).toEqual(once);
  });
});

type Tools = Readonly<Record<string, unknown>>;
type Modes = Parameters<Mirror["serve"]> extends readonly [unknown, unknown, ...infer T] ? T : never;

const failure = z.object({
  error: z.object({ code: z.string(), message: z.string(), next: z.string(), kind: z.string().optional() }),
});
type Failure = z.infer<typeof failure>["error"];

/** Its download is known for certain versions only, and its place does not follow from them. */
const pythonRelease = findRelease("python", "3.13");
const pythonVersion = pythonRelease?.version ?? "";
const pythonPaths = Object.values(pythonRelease?.release.url ?? {}).map((url) =>
  url.replace("https://github.com", "/github"),
);

const standInNames = [
  "go",
  "node",
  "python",
  "rust",
  "uv",
  "bazel",
  "bazelisk",
  "spack",
  "packages",
] as const;
const standInName = z.enum(standInNames);
type StandIn = z.infer<typeof standInName>;

/** What the mirror has of each tool: where, for amd64 and arm64, and what is in it (a text for a file that is no archive). */
const standIns: Readonly<
  Record<
    StandIn,
    {
      readonly paths: (version: string) => readonly string[];
      readonly tree: (version: string) => string | Readonly<Record<string, string>>;
    }
  >
> = {
  go: {
    paths: (v) => ["amd64", "arm64"].map((arch) => `/go/go${v}.linux-${arch}.tar.gz`),
    tree: (v) => ({ "go/bin/go": program("go", v) }),
  },
  node: {
    paths: (v) => ["x64", "arm64"].map((arch) => `/node/v${v}/node-v${v}-linux-${arch}.tar.gz`),
    tree: (v) => ({ "node/bin/node": program("node", v) }),
  },
  python: {
    paths: () => pythonPaths,
    tree: (v) => ({ "python/bin/python3": program("python3", v) }),
  },
  rust: {
    paths: (v) => gnu((arch) => `/rust/dist/rust-${v}-${arch}-unknown-linux-gnu.tar.gz`),
    tree: (v) => ({
      "rust/install.sh": rustInstaller,
      "rust/rustc": program("rustc", v),
      "rust/cargo": program("cargo", v),
    }),
  },
  uv: {
    paths: (v) =>
      gnu((arch) => `/github/astral-sh/uv/releases/download/${v}/uv-${arch}-unknown-linux-gnu.tar.gz`),
    tree: (v) => ({ "uv/uv": program("uv", v), "uv/uvx": program("uvx", v) }),
  },
  bazel: {
    paths: (v) => ["x86_64", "arm64"].map((arch) => `/bazel/${v}/bazel-${v}-linux-${arch}`),
    tree: (v) => program("bazel", v),
  },
  bazelisk: {
    paths: (v) =>
      ["amd64", "arm64"].map(
        (arch) => `/github/bazelbuild/bazelisk/releases/download/v${v}/bazelisk-linux-${arch}`,
      ),
    tree: (v) => program("bazelisk", v),
  },
  spack: {
    paths: (v) => [`/github/spack/spack/releases/download/v${v}/spack-${v}.tar.gz`],
    tree: (v) => ({
      "spack/bin/spack": `${program("spack", v)}${spackCheck}`,
      "spack/etc/spack/defaults/x.yaml": "",
    }),
  },
  packages: {
    paths: (v) => [`/github/spack/spack-packages/archive/${v}.tar.gz`],
    tree: () => ({ "spack-packages/repos/spack_repo/builtin/repo.yaml": "repo:\n  namespace: builtin\n" }),
  },
};

function gnu(of: (arch: string) => string): readonly string[] {
  return ["x86_64", "aarch64"].map(of);
}

function program(name: string, version: string): string {
  return `#!/bin/sh\necho "${name} ${version}: $*"\n`;
}

/** As Spack does, it needs the package repository that its configuration names, and a solver. */
const spackCheck = `
grep -q /repo.yaml$ <<END || exit 1
$(ls "$(sed -n 's/^ *builtin: //p' /opt/spack_src/etc/spack/repos.yaml)"/repo.yaml)
END
"$SPACK_PYTHON" -c 'import clingo'
`;

const rustInstaller = `#!/bin/sh
prefix=\${1#--prefix=}
mkdir -p "$prefix/bin" "$prefix/lib/rustlib"
cp "\${0%/*}/rustc" "\${0%/*}/cargo" "$prefix/bin"
touch "$prefix/lib/rustlib/install.log"
`;

/** A port of this machine that nobody listens to. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "0.0.0.0", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
