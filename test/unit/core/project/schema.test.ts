import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { configJsonSchema } from "../../../../extension/core/project/json-schema.ts";
import { configSchema, joinedLists } from "../../../../extension/core/project/schema.ts";

const validate = new Ajv({ strict: false }).compile(configJsonSchema());

/** What the schema says, and what an editor says by the JSON Schema that is made of it. */
function verdicts(config: unknown): { readonly ours: boolean; readonly editors: boolean } {
  return { ours: configSchema.safeParse(config).success, editors: validate(config) };
}

describe("configSchema and its JSON Schema (unit)", () => {
  test.each<[string, unknown]>([
    ["nothing", {}],
    ["a base file", { extends: "../base.yaml" }],
    ["an id of 63 characters", { project: { id: `a${"b".repeat(62)}` } }],
    [
      "tools in every form",
      {
        tools: {
          python: "3.13",
          rust: "distro",
          go: false,
          bazel: { version: "7.0.0", from: "official" },
          node: "off",
        },
      },
    ],
    ["a GPU in every form", { gpu: { mode: "auto", devices: ["0", "GPU-12ab", "nvidia.com/gpu=0"] } }],
    ["a number of GPUs", { gpu: { devices: 2 } }],
    ["GPUs on", { gpu: true }],
    [
      "mounts in both forms",
      { mounts: ["/data:/data", "~/x:/x:rw", { source: "../y", target: "/y", readonly: false }] },
    ],
    ["ports in every form", { ports: [8888, "8080:80", "127.0.0.1:8080:80/tcp", "[::1]:1:2"] }],
    ["an image by digest", { image: { base: `ubuntu@sha256:${"a".repeat(64)}` } }],
    ["an image without a registry", { image: { base: "debootstrap:bookworm" } }],
    [
      "commands in every form",
      { lifecycle: { onCreate: "make", postStart: ["a", "b"], postAttach: { x: "y", z: ["1"] } } },
    ],
    ["secrets", { secrets: { HF_TOKEN: { env: "HF_TOKEN" }, NETRC: { file: "~/.netrc", at: "build" } } }],
    [
      "mirrors",
      { mirrors: { apt: "host", python: "https://example.org/simple", registry: "registry.example.org/x" } },
    ],
    ["settings of any shape", { vscode: { settings: { "a.b": { c: [1, null, true] } } } }],
  ])("take %s", (_, config) => {
    expect(verdicts(config)).toEqual({ ours: true, editors: true });
  });

  test.each<[string, unknown]>([
    ["a list", []],
    ["an unknown key", { netwrok: "host" }],
    ["an id with a separator", { project: { id: "a/b" } }],
    ["an id that goes up", { project: { id: ".." } }],
    ["an id of 64 characters", { project: { id: "a".repeat(64) } }],
    ["an id with a line end", { project: { id: "a\n" } }],
    ["a version with a space", { tools: { python: "3.13 --danger" } }],
    ["a version that is a number", { tools: { python: 3.13 } }],
    ["an image with a shell's characters", { image: { base: "$(id)" } }],
    ["a package with an option", { apt: { packages: ["--allow-unauthenticated"] } }],
    ["a relative workspace", { workspace: "workspace" }],
    ["a workspace that ends the mount syntax", { workspace: "/a,source=/" }],
    ["the whole file system as workspace", { workspace: "/" }],
    ["a workspace that goes up", { workspace: "/a/../etc" }],
    ["a workspace with a slash at its end", { workspace: "/work/" }],
    ["a mount with a quote", { mounts: [{ source: '/a"b', target: "/c" }] }],
    ["a mount at the root", { mounts: ["/a:/"] }],
    ["a mount whose target goes up", { mounts: ["/a:/b/..:rw"] }],
    ["a user with a colon", { user: { name: "a:b" } }],
    ["a network with a space", { network: "host --privileged" }],
    ["a mirror that is no web address", { mirrors: { github: "file:///etc" } }],
    ["a mirror with a password", { mirrors: { github: "https://a:b@example.org" } }],
    ["a GPU with a quote", { gpu: { devices: ['0"'] } }],
    ["no GPUs at all as a count", { gpu: { devices: 0 } }],
    ["a locale with a shell's characters", { locale: "C;id" }],
    ["a Dockerfile outside", { devcontainer: { dockerfile: "/etc/Dockerfile" } }],
    ["an environment value of two lines", { env: { A: "x\ny" } }],
    ["a checksum in upper case", { tools: { go: { sha256: { amd64: "A".repeat(64) } } } }],
  ])("refuse %s", (_, config) => {
    expect(verdicts(config)).toEqual({ ours: false, editors: false });
  });

  test("a mount is read-only unless it says otherwise", () => {
    const { mounts } = configSchema.parse({ mounts: [{ source: "/a", target: "/b" }] });
    expect(mounts).toEqual([{ source: "/a", target: "/b", readonly: true }]);
  });

  test("every list that joins is a list of the schema", () => {
    const defaults: unknown = configSchema.parse({});
    for (const path of joinedLists) {
      const value = path
        .split(".")
        .reduce<unknown>(
          (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
          defaults,
        );
      expect(value).toEqual([]);
    }
  });
});
