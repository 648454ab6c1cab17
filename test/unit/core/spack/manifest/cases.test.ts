import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messageOf } from "../../../../../extension/core/base/errors.ts";
import type { PathTranslation } from "../../../../../extension/core/site/paths.ts";
import type { SpackContext } from "../../../../../extension/core/spack/context/context.ts";
import { type ConfigValue, plain } from "../../../../../extension/core/spack/manifest/config-value.ts";
import { expandUserSpecs } from "../../../../../extension/core/spack/manifest/expand.ts";
import { type Manifest, readManifest } from "../../../../../extension/core/spack/manifest/manifest.ts";
import { problemText } from "../../../../../extension/core/spack/manifest/problems.ts";
import { mergedSection } from "../../../../../extension/core/spack/manifest/scopes.ts";
import { fixture, host } from "./host.ts";

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly spack:
    | { readonly error: string; readonly message: string }
    | {
        readonly error?: undefined;
        readonly userSpecs: readonly string[];
        readonly views: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
        readonly unify: unknown;
        readonly toolchains: unknown;
        readonly packages: unknown;
        readonly scopes: readonly string[];
      };
}

const cases: readonly Case[] = fixture("cases.json").cases;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sygaldry-cases-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** The case's files where the generator had them: at the site below /opt/cases. */
async function read(given: Case): Promise<{ readonly manifest: Manifest; readonly context: SpackContext }> {
  const local = path.join(root, given.name);
  for (const [folder, files] of [["env", given.files] as const, ["user", given.user ?? {}] as const]) {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(local, folder, name)), { recursive: true });
      await writeFile(path.join(local, folder, name), text);
    }
  }
  const paths: PathTranslation = {
    local: (at) => (`${at}/`.startsWith("/opt/cases/") ? local + at.slice("/opt/cases".length) : at),
    site: (at) => (at.startsWith(local) ? `/opt/cases${at.slice(local.length)}` : at),
  };
  const environment = { ...host.environment, ...given.environment };
  const scopes = [{ name: "user", path: "/opt/cases/user" }];
  const context = { ...host, environment, paths, scopes };
  const manifest = await readManifest(path.join(local, "env", "spack.yaml"), { context });
  return { manifest, context };
}

function merged(manifest: Manifest, section: string): unknown {
  const value: ConfigValue | undefined = mergedSection(manifest.scopes, section);
  return value === undefined ? {} : plain(value);
}

describe("manifests against Spack (unit)", () => {
  test.each(cases.filter(({ spack }) => spack.error === undefined))("$name", async (given) => {
    const { spack } = given;
    if (spack.error !== undefined) return;
    const { manifest, context } = await read(given);
    const { specs, problems } = expandUserSpecs(manifest, context);
    const all = [...manifest.problems, ...problems];
    expect(all.filter(({ severity }) => severity === "error")).toEqual([]);
    if (!all.some(({ severity }) => severity === "undecided")) {
      expect(specs.map(({ text }) => text)).toEqual(spack.userSpecs);
    } else expect(undecided).toContain(given.name);
    expect(Object.fromEntries(manifest.views.map((view) => [view.name, descriptor(view)]))).toEqual(
      spack.views,
    );
    expect(manifest.unify).toBe(spack.unify);
    expect(merged(manifest, "toolchains")).toEqual(spack.toolchains);
    expect(merged(manifest, "packages")).toEqual(spack.packages);
    expect(manifest.scopes.map((scope) => scope.path)).toEqual(spack.scopes);
  });

  test.each(cases.filter(({ spack }) => spack.error !== undefined))(
    "refuses $name as Spack does",
    async (given) => {
      const said = await complaints(given);
      expect(said).not.toEqual([]);
    },
  );
});

/** Where Spack asks what is not known here: it must not happen elsewhere. */
const undecided = ["exclude-values", "exclude-multi-values"];

function descriptor(view: Manifest["views"][number]): Record<string, unknown> {
  return {
    root: view.root,
    ...(view.projections.length > 0 && { projections: Object.fromEntries(view.projections) }),
    ...(view.select.length > 0 && { select: view.select }),
    ...(view.exclude.length > 0 && { exclude: view.exclude }),
    link_type: view.linkType,
    ...(view.link !== "all" && { link: view.link }),
  };
}

async function complaints(given: Case): Promise<readonly string[]> {
  try {
    const { manifest, context } = await read(given);
    const { problems } = expandUserSpecs(manifest, context);
    return [...manifest.problems, ...problems].filter((p) => p.severity === "error").map(problemText);
  } catch (error) {
    return [messageOf(error)];
  }
}
