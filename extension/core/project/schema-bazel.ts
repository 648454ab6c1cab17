import * as z from "zod";
import { absolutePath, printable } from "./schema-values.ts";

const folder = printable.regex(
  /^(?!.*(^|\/)\.\.(\/|$))[^/\\~$].*$/,
  "expected a folder below the repository, such as spack/sim",
);
const endpoint = printable.regex(
  /^(grpcs?|https?):\/\/[^\s"'`$\\@]+$|^unix:\/[^\s"'`$\\]+$/,
  "expected grpc://, grpcs://, http://, https:// or unix:/ without credentials (those belong in a credential helper or user.bazelrc)",
);
const remoteForms = "expected an endpoint such as grpc://cache.example.org:9092, or a mapping with cache";
const instance = printable
  .regex(/^[A-Za-z0-9._/-]+$/, "expected an instance name such as main")
  .optional()
  .describe("--remote_instance_name.");
const cacheOnly = z.union(
  [endpoint, z.strictObject({ cache: endpoint.describe("--remote_cache."), instance })],
  { error: remoteForms },
);
const engine = z.union(
  [
    endpoint,
    z.strictObject({
      cache: endpoint.describe("--remote_cache."),
      executor: endpoint.optional().describe("--remote_executor. Default: the cache's."),
      events: endpoint.optional().describe("--bes_backend."),
      results: printable
        .regex(/^https?:\/\/[^\s"'`$\\@]+$/, "expected an http:// or https:// URL")
        .optional()
        .describe("--bes_results_url."),
      instance,
    }),
  ],
  { error: remoteForms },
);

/** `bazel` of sygaldry.yaml: what `bazel sync` writes into the repository. */
export const bazel = z
  .strictObject({
    environments: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-z0-9_]*$/, "expected a repository's name: lower-case letters, digits and '_'"),
        z.union(
          [
            folder,
            z.strictObject({
              path: folder.describe("The folder of its spack.yaml."),
              store: absolutePath.optional().describe("Where it is installed, as Bazel sees it."),
            }),
          ],
          { error: "expected a folder such as spack/sim, or a mapping with path and store" },
        ),
      )
      .optional()
      .describe(
        "Bazel repositories and the Spack environments that they hold: `spack: spack/sim` gives @spack. Default: the only environment as @spack, several as @spack_NAME.",
      ),
    toolchains: z
      .array(z.enum(["cc", "python", "rust", "go"]))
      .optional()
      .describe("Default: cc and python, rust where there is a Cargo.toml, go where there is a go.mod."),
    remote: z
      .strictObject({
        "bazel-remote": cacheOnly.optional().describe("For --config=bazel-remote."),
        buildbarn: engine.optional().describe("For --config=buildbarn and buildbarn-exec."),
        nativelink: engine.optional().describe("For --config=nativelink and nativelink-exec."),
        buildbuddy: engine.optional().describe("For --config=buildbuddy and buildbuddy-exec."),
      })
      .prefault({}),
  })
  .prefault({});
