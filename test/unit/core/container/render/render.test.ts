import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Rendering, render } from "../../../../../extension/core/container/render/render.ts";
import { expectGolden } from "../../../../support/golden.ts";
import { gpuHost, plainHost, plainSources, planOf } from "../../../../support/plans.ts";
import { renderingCases as cases, everything } from "../../../../support/rendering-cases.ts";

const goldenFiles = [
  ".devcontainer/devcontainer.json",
  ".devcontainer/Dockerfile",
  ".devcontainer/initialize.sh",
  ".devcontainer/.gitignore",
];

async function renderOf(yaml: string, facts = plainHost): Promise<Rendering> {
  const setup = yaml.includes("setup:") ? Buffer.from("#!/bin/sh\n") : undefined;
  return render(await planOf(yaml, facts), { ...plainSources, setup });
}

/** Digests change with every container script; what they are made of has tests of its own. */
function withoutDigests(text: string): string {
  return text
    .replace(/inputs [0-9a-f]{12}\b/g, "inputs <digest>")
    .replace(/\b[0-9a-f]{64}(?=")/g, (sum) => (sum === "0".repeat(64) ? sum : "<digest>"))
    .replace(/(dev\.sygaldry\.inputs="?)[\w-]+/g, "$1<inputs>");
}

function textOf(rendering: Rendering, name: string): string {
  const file = rendering.files.find((candidate) => candidate.path === name);
  return String(file?.content);
}

describe("render", () => {
  for (const { name, yaml, facts } of cases) {
    it(`matches its golden files: ${name}`, async () => {
      const rendering = await renderOf(yaml, facts);
      for (const file of goldenFiles) {
        await expectGolden(
          `${name}/${path.basename(file).replace(/^\./, "")}`,
          withoutDigests(textOf(rendering, file)),
        );
      }
    });

    it(`gives an initialize.sh that a POSIX shell can parse: ${name}`, async () => {
      execFileSync("sh", ["-n"], {
        input: textOf(await renderOf(yaml, facts), ".devcontainer/initialize.sh"),
      });
    });
  }

  it("gives the same bytes every time, sorted, with a newline at the end", async () => {
    const [one, two] = [await renderOf(everything), await renderOf(everything)];
    expect(one).toEqual(two);
    const paths = one.files.map((file) => file.path);
    expect(paths).toEqual([...paths].sort());
    for (const file of one.files) expect(String(file.content).endsWith("\n"), file.path).toBe(true);
  });

  it("uses cache mounts only where they are asked for, and with the same fingerprint", async () => {
    const plan = await planOf("");
    const legacy = render(plan, plainSources);
    const buildkit = render(plan, { ...plainSources, cacheMounts: true });
    expect(textOf(legacy, ".devcontainer/Dockerfile")).not.toContain("--mount");
    expect(textOf(buildkit, ".devcontainer/Dockerfile")).toContain(
      "--mount=type=cache,target=/var/cache/apt",
    );
    expect(buildkit.fingerprint).toEqual(legacy.fingerprint);
  });

  it("changes the image's digest for what changes the image, and the container's for the rest", async () => {
    const before = (await renderOf("")).fingerprint;
    const image = [
      "tools: {rust: off}",
      "apt: {packages: [jq]}",
      "user: {name: ada}",
      "image: {base: 'debian:12'}",
      "locale: de_DE.UTF-8",
    ];
    const container = [
      "env: {A: b}",
      "ports: [1]",
      "mounts: ['/a:/a']",
      "resources: {shm: 1g}",
      "network: host",
      "lifecycle: {postStart: x}",
    ];
    for (const yaml of image)
      expect((await renderOf(yaml)).fingerprint.imageDigest, yaml).not.toBe(before.imageDigest);
    for (const yaml of container) {
      const after = (await renderOf(yaml)).fingerprint;
      expect(after.imageDigest, yaml).toBe(before.imageDigest);
      expect(after.containerDigest, yaml).not.toBe(before.containerDigest);
    }
  });

  it("puts no secret's value anywhere, and knows none", async () => {
    const rendering = await renderOf(everything, gpuHost({ runtime: true, cdi: [] }));
    expect(textOf(rendering, ".devcontainer/devcontainer.json")).toContain("id=NETRC,src=");
    expect(rendering.fingerprint.container["env.GREETING"]).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe("values in rendered files", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sygaldry-escape-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const nasty = [
    `'`,
    `"`,
    "`touch x`",
    "$(touch x)",
    "${HOME}",
    "#no",
    " a  b ",
    "ü→🧪",
    "\\",
    "\\\\n",
    "%s",
    "--flag",
    "!",
    "*",
    "&&;|<>",
    "{{x}}",
  ];

  it.each(nasty)("carry %j unchanged into devcontainer.json", async (value) => {
    const text = textOf(
      await renderOf(JSON.stringify({ env: { V: value } })),
      ".devcontainer/devcontainer.json",
    );
    const parsed: unknown = JSON.parse(text.replace(/^\/\/.*\n/, ""));
    expect(parsed).toMatchObject({ containerEnv: { V: value } });
  });

  it.each(nasty.filter((value) => !value.includes('"')))(
    "carry the folder %j unchanged through initialize.sh",
    async (value) => {
      const storage = path.join(folder, `root ${value}`);
      const rendering = await renderOf(JSON.stringify({ storage: { mounts: { config: storage } } }));
      const script = textOf(rendering, ".devcontainer/initialize.sh");
      const only = script
        .split("\n")
        .filter((line) => line.startsWith("make_folder "))
        .find((line) => line.includes("root "));
      writeFileSync(path.join(folder, "run.sh"), `make_folder() { printf %s "$1"; }\n${only}\n`);
      const printed = execFileSync("sh", ["run.sh"], { cwd: folder, encoding: "utf8" });
      expect(printed).toBe(storage);
    },
  );

  it.each(["a\nb", "a\r", "\u0000", "\u001b[31m"])("refuse %j, which could end a line", async (value) => {
    await expect(planOf(JSON.stringify({ env: { V: value } }))).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
    });
    await expect(planOf(JSON.stringify({ workspace: `/w${value}` }))).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
    });
  });

  it.each(["jq; rm -rf /", "$(id)", "a b", "-o", "UPPER"])("refuse %j as a package", async (name) => {
    await expect(planOf(JSON.stringify({ apt: { packages: [name] } }))).rejects.toMatchObject({
      code: "SYG-CONFIG-INVALID",
    });
  });

  it.each(["../up", "a/b", "", "A", ".hidden", "x".repeat(64), "a b"])(
    "refuse %j as a project id",
    async (id) => {
      await expect(planOf(JSON.stringify({ project: { id } }))).rejects.toMatchObject({
        code: "SYG-CONFIG-INVALID",
      });
    },
  );
});
