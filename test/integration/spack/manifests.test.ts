import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { samePaths } from "../../../extension/core/site/paths.ts";
import type { SpackContext } from "../../../extension/core/spack/context/context.ts";
import { spackContext } from "../../../extension/core/spack/context/probe-context.ts";
import {
  localSiteFacts,
  parseSiteFacts,
  siteFactsCommand,
} from "../../../extension/core/spack/context/site-facts.ts";
import { evaluateCondition } from "../../../extension/core/spack/manifest/condition/condition.ts";
import { requires } from "../../support/requirements.ts";
import { spackRoot } from "../../support/spack-root.ts";

const fixture = fileURLToPath(new URL("../../fixtures/spack/manifests-more/", import.meta.url));

function spack(...args: readonly string[]): string {
  const program = path.join(spackRoot() ?? "", "bin", "spack");
  const env = { ...process.env, PYTHONPATH: fixture, PYTHONDONTWRITEBYTECODE: "1" };
  return execFileSync(program, [...args], { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] });
}

requires("spack")("manifests against the Spack of today (integration)", () => {
  let out: string;
  beforeAll(() => {
    out = mkdtempSync(path.join(tmpdir(), "sygaldry-manifests-"));
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it("gives the answers that the fixture has, with which the unit tests compare ours", () => {
    spack("python", path.join(fixture, "generate.py"), out);
    for (const name of ["cases.json", "conditions.json", "paths.json"]) {
      expect(answers(out, name), name).toEqual(answers(fixture, name));
    }
  });
});

/** Without the version, and without messages, which are Spack's prose. */
function answers(from: string, name: string): unknown {
  const document = JSON.parse(readFileSync(path.join(from, name), "utf8"));
  return JSON.parse(
    JSON.stringify(document, (key, value) =>
      key === "generatedBy" || key === "message" ? undefined : value,
    ),
  );
}

requires("spack")("what Spack knows about this machine (integration)", () => {
  let context: SpackContext;
  let folder: string;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "sygaldry-context-"));
    context = await spackContext(await localSiteFacts(process.env), {
      paths: samePaths,
      spackRoot: spackRoot() ?? "",
    });
  });

  it("is what it says itself", () => {
    const script = `import json, spack, spack.paths, spack.spec, spack.util.path as p
h = spack.spec.get_host_environment()
print(json.dumps([h["platform"], h["os"], h["target"], h["hostname"], p.get_user(), p.substitute_path_variables("~"),
  spack.paths.prefix, spack.get_short_version(), spack.paths.user_cache_path, p.substitute_config_variables("$date")]))`;
    const { platform, os, target, hostname, user, home, spackRoot, spackShortVersion, userCachePath, date } =
      context;
    const ours = [
      platform,
      os,
      target,
      hostname,
      user,
      home,
      spackRoot,
      spackShortVersion,
      userCachePath,
      date,
    ];
    writeFileSync(path.join(folder, "ask.py"), script);
    const theirs: unknown[] = JSON.parse(spack("python", path.join(folder, "ask.py")));
    // Of other processors than x86_64 the target is unknown, and only that.
    if (target === undefined) expect(process.arch).not.toBe("x64");
    expect(ours).toEqual(
      theirs.map((value, index) => (index === 2 && target === undefined ? undefined : value)),
    );
  });

  it("can be asked with a shell, as for a container", async () => {
    const { command, args } = siteFactsCommand;
    const facts = parseSiteFacts(execFileSync(command, [...args], { encoding: "utf8" }));
    const asked = await spackContext(facts, { paths: samePaths, spackRoot: spackRoot() ?? "" });
    expect({ ...asked, environment: {} }).toEqual({ ...context, environment: {} });
    expect(asked.environment?.["PATH"]).toBe(process.env["PATH"]);
  });

  it("decides conditions of the host", () => {
    expect(evaluateCondition("arch.satisfies('platform=linux')", context)).toEqual({
      kind: "value",
      value: true,
    });
  });
});
