import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { PathTranslation } from "../../../../../extension/core/site/paths.ts";
import { computeActivation } from "../../../../../extension/core/spack/activate/activation.ts";
import { applyChanges } from "../../../../../extension/core/spack/activate/changes.ts";
import type { ActivationInput } from "../../../../../extension/core/spack/activate/input.ts";
import { defaultInspections } from "../../../../../extension/core/spack/activate/inspections.ts";
import { activationCode, deactivationCode } from "../../../../../extension/core/spack/activate/shell-code.ts";
import { parseLockfile } from "../../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { inRepository } from "../../../../support/paths.ts";

const fixture = (name: string) => inRepository("test/fixtures/spack/demo", name);
const read = (name: string) => readFileSync(fixture(name), "utf8");
const database = z.object({
  database: z.object({
    installs: z.record(z.string(), z.object({ installed: z.boolean(), path: z.string().nullish() })),
  }),
});

describe("activation of the demo environment, whose store is real (unit)", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), "sygaldry-activate-"));
    execFileSync("tar", ["-xzf", fixture("store.tar.gz"), "-C", root]);
    // What the machine had where Spack printed env-activate.sh.txt (Debian 12).
    const system = [
      "share/man",
      "share/aclocal",
      "share/pkgconfig",
      "lib/pkgconfig",
      "lib/python3/dist-packages",
    ];
    for (const folder of system) mkdirSync(path.join(root, "usr", folder), { recursive: true });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const paths: PathTranslation = {
    local: (file) =>
      file.replace(/^\/opt\/spack_store/, `${root}/spack_store`).replace(/^\/usr(?=\/|$)/, `${root}/usr`),
    site: (file) => file,
  };

  function input(change: Partial<ActivationInput> = {}): ActivationInput {
    const { lock } = parseLockfile(read("spack.lock"), "spack.lock");
    const { installs } = database.parse(JSON.parse(read("index.json"))).database;
    return {
      ...{
        path: "/opt/demo/envs/demo",
        view: { name: "default", root: "/opt/spack_store/view" },
        lock,
        paths,
      },
      prefix: (hash) => {
        const found = installs[hash];
        return found?.installed ? (found.path ?? undefined) : undefined;
      },
      ...{ inspections: defaultInspections("linux"), configured: [] },
      ...change,
    };
  }
  const before = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin" };

  it("is what Spack printed, to the letter", async () => {
    const activation = await computeActivation(input());
    expect(activation.warnings).toEqual([]);
    expect(activationCode("sh", activation, before)).toBe(read("env-activate.sh.txt"));
  });

  it("counts the roots of included environments, as Spack does", async () => {
    const { lock } = input();
    const include = { path: "/opt/demo/envs/other", roots: lock.roots, hashes: [...lock.nodes.keys()] };
    const activation = await computeActivation(input({ lock: { ...lock, roots: [], includes: [include] } }));
    expect(activationCode("sh", activation, before)).toBe(read("env-activate.sh.txt"));
  });

  it("without a view changes nothing but the environment's name and what is configured", async () => {
    const configured = [{ kind: "set", name: "OWN", value: "x" }] as const;
    const activation = await computeActivation(input({ view: undefined, configured }));
    expect(activationCode("sh", activation, before)).toBe(
      "export SPACK_ENV=/opt/demo/envs/demo;\nalias despacktivate='spack env deactivate';\nexport OWN=x;\n",
    );
  });

  it("is taken back by deactivation", async () => {
    const activation = await computeActivation(input());
    const active = { ...applyChanges(before, activation.changes), SPACK_ENV_VIEW: "default" };
    const code = deactivationCode("sh", activation, active);
    expect(code).toContain("unset SPACK_ENV;\nunset SPACK_ENV_VIEW;\n");
    expect(code).toContain(`export PATH=${before.PATH};\n`);
    expect(code).toContain("unset DEMO_CLI_HOME;\n");
  });

  it("leaves another environment first, and mentions nothing that stays", async () => {
    const activation = await computeActivation(input());
    const active = { ...applyChanges(before, activation.changes), SPACK_ENV_VIEW: "default" };
    const code = activationCode("sh", { ...activation, path: "/opt/other" }, active, activation);
    expect(code).toContain("export SPACK_ENV=/opt/other;\n");
    expect(code).not.toMatch(/export (PATH|DEMO_CLI_HOME|PYTHONPATH)=/);
  });

  it("leaves out packages that are not installed, and roots that are not", async () => {
    const { lock } = input();
    const cli = [...lock.nodes.values()].find(({ name }) => name === "demo-cli");
    const all = input();
    const activation = await computeActivation({
      ...all,
      prefix: (hash) => (hash === cli?.hash ? undefined : all.prefix(hash)),
    });
    expect(activationCode("sh", activation, before)).not.toContain("DEMO_CLI_HOME");
  });

  it("names the packages whose recipes are not there", async () => {
    const elsewhere = {
      ...paths,
      local: (file: string) => (file.includes("demo-cli") ? "/nowhere" : paths.local(file)),
    };
    const { warnings } = await computeActivation(input({ paths: elsewhere }));
    expect(warnings).toMatchObject([{ name: "demo-cli", version: "0.9.0", why: "its recipe is not there" }]);
  });

  it("puts projected packages where the view has them", async () => {
    const place = (hash: string) => `/opt/spack_store/view/${hash.slice(0, 3)}`;
    const view = { name: "default", root: "/opt/spack_store/view", place };
    const cli = [...input().lock.nodes.values()].find(({ name }) => name === "demo-cli");
    const code = activationCode("sh", await computeActivation(input({ view })), before);
    expect(code).toContain(`export DEMO_CLI_HOME=${place(cli?.hash ?? "")};\n`);
    expect(code).toContain(`${place(cli?.hash ?? "")}/bin:`);
  });
});
