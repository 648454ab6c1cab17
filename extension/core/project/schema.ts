/**
 * The schema of sygaldry.yaml: the one place that says which keys there are, what they hold and what they default to.
 * It validates, fills in defaults, and is the source of dist/sygaldry.schema.json (json-schema.ts).
 */
import * as z from "zod";
import { bazel } from "./schema-bazel.ts";
import { jobs } from "./schema-jobs.ts";
import {
  absolutePath,
  bazelTool,
  environmentName,
  gpu,
  hostPath,
  identifier,
  lifecycleCommand,
  memorySize,
  mirrorOrHost,
  mount,
  port,
  printable,
  secret,
  spackTool,
  tool,
  url,
} from "./schema-values.ts";

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
  bazel,
  jobs,
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
