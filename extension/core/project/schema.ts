/**
 * The schema of sygaldry.yaml: the one place that says which keys there are, what they hold and what they default to.
 * It validates, fills in defaults, and is the source of dist/sygaldry.schema.json (json-schema.ts).
 */
import * as z from "zod";

const identifier = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const memorySize = /^[1-9][0-9]*(\.[0-9]+)?[bkmg]?$/i;
/** Printable, so that no value can end a line in a rendered file; tabs are allowed. */
const printable = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/u, "expected text on one line, without control characters"); // oxlint-disable-line no-control-regex
const absolutePath = printable.regex(
  /^(\/(?!\.{1,2}(\/|$))[^/:,"]+)+$/,
  "expected an absolute path below / without '.' and '..', and without ':', ',' and '\"' (the engine's mount syntax gives them a meaning)",
);
const hostPath = printable.regex(/^[^,"]+$/, "expected a path without ',' and '\"'");
const environmentName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "expected the name of a variable: letters, digits and '_', no digit first",
  );
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in 64 lower-case hex digits");
const url = printable.regex(
  /^https?:\/\/[^\s"'`$\\@]+$/,
  "expected an http:// or https:// URL without credentials (those belong in a build secret named NETRC)",
);

const version = z
  .string()
  .regex(
    /^v?[0-9][0-9A-Za-z.+_-]*$/,
    'expected a version such as "1.21.5" (in quotes, so that YAML keeps it as text)',
  );
const checksums = z
  .strictObject({ amd64: sha256.optional(), arm64: sha256.optional() })
  .optional()
  .describe("Checksums of the official archive, for versions that Sygaldry does not know yet.");

const toolObject = z.strictObject({
  version: version.optional().describe("Version to install. With `from: distro` the distribution decides."),
  from: z
    .enum(["official", "distro", "index"])
    .optional()
    .describe(
      "official: the tool's own download, checked by SHA-256. distro: the base image's packages. index: the Python index (uv only).",
    ),
  sha256: checksums,
});

const toolForms =
  'expected a version in quotes ("3.13"), distro, official, off, or a mapping with version, from, sha256';
const tool = toolSetting(toolObject);
const bazelTool = toolSetting(
  toolObject.extend({
    bazelisk: z
      .strictObject({ version, sha256: checksums })
      .optional()
      .describe("The Bazelisk that starts other versions of Bazel."),
  }),
);
const spackTool = toolSetting(
  toolObject.extend({
    packages: z
      .strictObject({
        commit: z
          .string()
          .regex(/^[0-9a-f]{40}$/, "expected a full commit id")
          .describe("Commit of spack/spack-packages."),
        sha256: sha256.describe("Checksum of GitHub's archive (tar.gz) of that commit."),
      })
      .optional()
      .describe("Another package repository than the one that goes with Spack's known versions."),
  }),
);

function toolSetting<T extends z.ZodType>(long: T) {
  return z
    .union(
      [
        z.literal(false),
        z.enum(["off", "distro", "official"]),
        z.string().regex(/^v?[0-9][0-9A-Za-z.+_-]*$/, toolForms),
        long,
      ],
      { error: toolForms },
    )
    .optional();
}

const lifecycleCommand = z
  .union(
    [z.string(), z.array(z.string()), z.record(z.string(), z.union([z.string(), z.array(z.string())]))],
    {
      error: "expected a command line, a list of arguments, or a mapping of names to either",
    },
  )
  .optional();

const mountForms =
  'expected "source:/target", "source:/target:rw" or a mapping with source, target, readonly';
const mount = z.union(
  [
    printable.regex(/^[^:,"]+:(\/(?!\.{1,2}([/:]|$))[^/:,"]+)+(:(ro|rw))?$/, mountForms),
    z.strictObject({
      source: hostPath,
      target: absolutePath,
      readonly: z.boolean().default(true).describe("Default true: say `readonly: false` to write."),
    }),
  ],
  { error: mountForms },
);

const secret = z
  .strictObject({
    env: environmentName.optional().describe("Take the value from this variable of the host."),
    file: hostPath.optional().describe("Take the value from this file of the host."),
    at: z
      .enum(["run", "build"])
      .default("run")
      .describe("run: in the container. build: a BuildKit secret while the image is built, in no layer."),
    as: z
      .enum(["env", "file"])
      .default("file")
      .describe("How the container gets it: a file in /run/secrets, or an environment variable."),
  })
  .refine((value) => (value.env === undefined) !== (value.file === undefined), {
    message: "expected exactly one of env and file",
  });

const portForms = 'expected a port (8888) or a published one ("127.0.0.1:8080:80")';
const port = z.union(
  [
    z.int().min(1).max(65535),
    z.string().regex(/^((([0-9.]+|\[[0-9a-f:]+\]):)?[0-9]{1,5}:)?[0-9]{1,5}(\/(tcp|udp))?$/, portForms),
  ],
  { error: portForms },
);

const gpu = z.union(
  [
    z.enum(["auto", "on", "off"]),
    z.boolean(),
    z.strictObject({
      mode: z.enum(["auto", "on", "off"]).default("auto"),
      devices: z
        .union(
          [
            z.literal("all"),
            z.int().min(1),
            z
              .array(
                printable.regex(/^[A-Za-z0-9_.:/=-]+$/, "expected an index, a UUID or a CDI name of a GPU"),
              )
              .min(1),
          ],
          {
            error: "expected all, a count, or a list of device ids, UUIDs or CDI names",
          },
        )
        .default("all"),
    }),
  ],
  { error: "expected auto, on, off, or a mapping with mode and devices" },
);

const mirrorOrHost = z
  .union([z.literal("host"), url], {
    error: "expected a URL, or host for what this machine's own configuration names",
  })
  .optional();

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  extends: z
    .string()
    .min(1)
    .optional()
    .describe("A file whose settings are the defaults of this one (a relative path)."),
  project: z
    .strictObject({
      id: z
        .string()
        .regex(
          identifier,
          "expected lower-case letters, digits, '.', '_' and '-', starting with a letter or digit, at most 63 characters",
        )
        .optional()
        .describe("Names the storage that checkouts of this project share. Default: the folder's name."),
    })
    .prefault({}),
  storage: z
    .strictObject({
      root: hostPath.optional().describe("Folder on the host that holds the projects' persistent storage."),
      mounts: z
        .strictObject({
          monorepo_home: hostPath.optional().describe("Mounted as the user's home folder."),
          spack_store: hostPath.optional().describe("Mounted at /opt/spack_store."),
          bazel_cache: hostPath.optional().describe("Mounted at /opt/bazel_cache."),
          bazel_output: hostPath
            .optional()
            .describe("Mounted at /opt/bazel_output; each checkout gets a folder in it."),
          hf_cache: hostPath.optional().describe("Mounted at /opt/hf_cache."),
          config: hostPath.optional().describe("Mounted read-only at /config."),
          logs: hostPath.optional().describe("Mounted at /opt/sygaldry/logs."),
        })
        .prefault({})
        .describe("Another folder of the host for one of the mounts."),
    })
    .prefault({}),
  image: z
    .strictObject({
      base: printable
        .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, "expected an image reference, or debootstrap:<suite>")
        .optional()
        .describe(
          "Base image (apt-based), or debootstrap:<suite> to make one from the distribution's mirror.",
        ),
      name: printable
        .regex(/^[a-z0-9][a-z0-9._:/@-]*$/, "expected an image name such as registry/group/name:tag")
        .optional()
        .describe("Name (and tag) the built image gets. Default: sygaldry/<project id>."),
      setup: hostPath
        .optional()
        .describe(
          "A script of the repository that runs as root at the end of the build, with the build secrets.",
        ),
      inputs: z
        .array(printable.min(1))
        .default([])
        .describe("Further files of the repository (globs) whose change rebuilds the image."),
    })
    .prefault({}),
  apt: z
    .strictObject({
      packages: z
        .array(
          z
            .string()
            .regex(
              /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+)?$/,
              "expected a Debian package name (name or name=version)",
            ),
        )
        .default([])
        .describe("Packages of the base image's distribution to install."),
    })
    .prefault({}),
  user: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "expected a Unix user name")
        .refine((name) => name !== "root", "expected another name than root")
        .default("kvothe"),
      sudo: z
        .boolean()
        .default(true)
        .describe("false: no sudo, no-new-privileges, and capabilities are dropped."),
    })
    .prefault({}),
  workspace: absolutePath.default("/workspace").describe("Where the repository is mounted."),
  gpu: gpu
    .default("auto")
    .describe("auto: where the machine has one that containers can use. on: fail without. off: never."),
  tools: z
    .strictObject({
      python: tool.describe("From python-build-standalone."),
      rust: tool.describe("With cargo."),
      go: tool,
      bazel: bazelTool.describe(
        "Through Bazelisk: a .bazelversion in the workspace wins; this version is in the image.",
      ),
      spack: spackTool.describe("With its package repository and a solver, at /opt/spack_src."),
      uv: tool,
      node: tool.describe("The sygaldry command in the container needs it."),
    })
    .prefault({}),
  resources: z
    .strictObject({
      cpus: z.number().positive().optional().describe("CPUs it may use."),
      memory: z
        .string()
        .regex(memorySize, 'expected a size such as "16g"')
        .optional()
        .describe("Memory it may use."),
      shm: z
        .string()
        .regex(memorySize, 'expected a size such as "2g"')
        .optional()
        .describe("Size of /dev/shm."),
      pids: z.int().positive().optional().describe("Most processes at once."),
    })
    .prefault({}),
  network: printable
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "expected bridge, host, none or a network's name")
    .default("bridge")
    .describe("bridge, host, none, or a network's name."),
  mounts: z
    .array(mount)
    .default([])
    .describe("Further folders of the host; read-only unless said otherwise."),
  env: z
    .record(
      environmentName,
      z.union([printable, z.number(), z.boolean()], {
        error: "expected text on one line, a number or a boolean",
      }),
    )
    .default({})
    .describe(
      "Variables of the container, as written, but for the variables of devcontainer.json (${localEnv:NAME} and its like).",
    ),
  secrets: z
    .record(environmentName, secret)
    .default({})
    .describe(
      "By name: env or file (where the host has it), at: run or build, as: file or env. Build secrets NETRC and APT_AUTH are used by downloads.",
    ),
  ports: z
    .array(port)
    .default([])
    .describe('A number is forwarded by VS Code; "[address:]host:container" is published by the engine.'),
  lifecycle: z
    .strictObject({
      onCreate: lifecycleCommand.describe("Once, when the container was made."),
      updateContent: lifecycleCommand.describe("Once after that; a prebuild stops here."),
      postCreate: lifecycleCommand.describe("Once after that."),
      postStart: lifecycleCommand.describe("At every start."),
      postAttach: lifecycleCommand.describe("At every attach (VS Code, devcontainer up)."),
    })
    .prefault({}),
  spack: z
    .strictObject({
      environments: z
        .array(
          printable.regex(
            /^(?!.*(^|\/)\.\.(\/|$))[^/\\~$].*$/,
            "expected a folder below the repository, or a glob",
          ),
        )
        .min(1)
        .optional()
        .describe(
          "Folders whose spack.yaml are this repository's environments; globs such as spack/*. Default: every one that git does not ignore.",
        ),
    })
    .prefault({}),
  vscode: z
    .strictObject({
      extensions: z
        .array(z.string().regex(/^-?[\w-]+\.[\w.-]+(@[\w.-]+)?$/, "expected publisher.name"))
        .default([]),
      settings: z.record(z.string(), z.json()).default({}),
    })
    .prefault({}),
  mirrors: z
    .strictObject({
      apt: mirrorOrHost.describe("Debian or Ubuntu archive."),
      python: mirrorOrHost.describe("Python index (the simple API)."),
      github: url.optional().describe("Stands for https://github.com (release downloads and git)."),
      go: url.optional().describe("Stands for https://go.dev/dl."),
      goproxy: url.optional().describe("Go module proxy used in the container."),
      rust: url.optional().describe("Stands for https://static.rust-lang.org."),
      crates: url.optional().describe("Sparse cargo registry used in the container."),
      bazel: url.optional().describe("Stands for the Bazel releases that Bazelisk downloads."),
      node: url.optional().describe("Stands for https://nodejs.org/dist."),
      npm: mirrorOrHost.describe("npm registry used in the container."),
      registry: printable
        .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, "expected a registry such as registry.example.org/mirror")
        .optional()
        .describe("Container registry that stands for docker.io."),
      huggingface: url.optional().describe("HF_ENDPOINT."),
    })
    .prefault({}),
  certificates: z
    .union([z.literal("host"), hostPath], { error: "expected host or the path of a PEM file" })
    .optional()
    .describe("Certificate authorities to trust in the image: the host's own bundle, or a PEM file."),
  locale: z
    .string()
    .regex(/^[A-Za-z0-9_.@-]+$/, "expected a locale such as C.UTF-8 or de_DE.UTF-8")
    .default("C.UTF-8"),
  timezone: z
    .string()
    .regex(/^[A-Za-z0-9_+/-]+$/, "expected a time zone such as Europe/Berlin")
    .default("Etc/UTC"),
  devcontainer: z
    .strictObject({
      mode: z
        .enum(["host", "portable"])
        .default("host")
        .describe(
          "host: rendered for this machine, not committed. portable: safe to commit, works everywhere.",
        ),
      dockerfile: printable
        .regex(/^[^/\\~$`"'][^\\$`"']*$/, "expected a path below the repository")
        .default(".devcontainer/Dockerfile")
        .describe("Where the rendered Dockerfile goes."),
      bundle: z
        .boolean()
        .default(true)
        .describe("Put the sygaldry command into the image (its file is part of the build context)."),
    })
    .prefault({}),
});

/** Validated, with defaults filled in; `tools`, `gpu`, `mounts` and `ports` as written (see plan.ts for what they mean). */
export type Config = z.output<typeof configSchema>;
export type ToolSetting = Config["tools"][keyof Config["tools"]];
export type ToolName = keyof Config["tools"];
export type LifecycleSetting = Config["lifecycle"];

/** Lists that `extends` joins (base first) rather than replaces; everything else follows the usual rules (extends.ts). */
export const joinedLists: readonly string[] = [
  "apt.packages",
  "image.inputs",
  "mounts",
  "ports",
  "vscode.extensions",
];
