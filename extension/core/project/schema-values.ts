/** What a value of sygaldry.yaml may look like: names, paths, URLs, and the short and long forms of a setting. */
import * as z from "zod";
import { parseDuration, parseSize } from "../base/amounts.ts";

export const identifier = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const memorySize = /^[1-9][0-9]*(\.[0-9]+)?[bkmg]?$/i;
/** Printable, so that no value can end a line in a rendered file; tabs are allowed. */
export const printable = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/u, "expected text on one line, without control characters"); // oxlint-disable-line no-control-regex
export const absolutePath = printable.regex(
  /^(\/(?!\.{1,2}(\/|$))[^/:,"]+)+$/,
  "expected an absolute path below / without '.' and '..', and without ':', ',' and '\"' (the engine's mount syntax gives them a meaning)",
);
export const hostPath = printable.regex(/^[^,"]+$/, "expected a path without ',' and '\"'");
export const environmentName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "expected the name of a variable: letters, digits and '_', no digit first",
  );
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in 64 lower-case hex digits");
export const url = printable.regex(
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
export const tool = toolSetting(toolObject);
export const bazelTool = toolSetting(
  toolObject.extend({
    bazelisk: z
      .strictObject({ version, sha256: checksums })
      .optional()
      .describe("The Bazelisk that starts other versions of Bazel."),
  }),
);
export const spackTool = toolSetting(
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

export const lifecycleCommand = z
  .union(
    [z.string(), z.array(z.string()), z.record(z.string(), z.union([z.string(), z.array(z.string())]))],
    {
      error: "expected a command line, a list of arguments, or a mapping of names to either",
    },
  )
  .optional();

const mountForms =
  'expected "source:/target", "source:/target:rw" or a mapping with source, target, readonly';
export const mount = z.union(
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

export const secret = z
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
export const port = z.union(
  [
    z.int().min(1).max(65535),
    z.string().regex(/^((([0-9.]+|\[[0-9a-f:]+\]):)?[0-9]{1,5}:)?[0-9]{1,5}(\/(tcp|udp))?$/, portForms),
  ],
  { error: portForms },
);

export const gpu = z.union(
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

export const mirrorOrHost = z
  .union([z.literal("host"), url], {
    error: "expected a URL, or host for what this machine's own configuration names",
  })
  .optional();

/** A size that is at least `least` bytes, kept as it is written: parseSize reads it. */
export function size(least: number, example: string) {
  return z.string().refine((text) => (parseSize(text) ?? -1) >= least, `expected a size such as ${example}`);
}

/** A time longer than none, kept as it is written: parseDuration reads it. */
export const duration = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, "expected a time such as 30d, 12h or 1h30m");
