import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, type BazelWorkspace, rulesModule, startBazel } from "../../support/bazel.ts";
import { requires } from "../../support/requirements.ts";
import { hashOf, installSynthetic, prefixOf, syntheticLock } from "../../support/synthetic-store.ts";
import { absent, gone, headers, twice1, twice2 } from "./packages.ts";

requires("linux", "bazel")("what @spack says when something is wrong (integration)", () => {
  let bazel: Bazel;
  let at: BazelWorkspace;
  let store: string;
  const roots = [headers, twice1, twice2, absent, gone];
  const lock = syntheticLock(roots);
  const lockFile = () => path.join(at.path, "spack.lock");

  const module = (more = "", tags = "") =>
    `${rulesModule}spack.environment(lock = "//:spack.lock", store = "${store}"${more})\n${tags}use_repo(spack, "spack")\n`;

  /** What Bazel says from its first error on; without the lines of Starlark above the message. */
  const failure = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await at.bazel(...args);
    expect(exitCode, stderr).not.toBe(0);
    return stderr;
  };
  const fails = (name: string) => failure("build", `//:${name}`);

  beforeAll(async () => {
    bazel = await startBazel();
    store = path.join(bazel.folder, "some-store");
    const library = (name: string, label: string) => `cc_library(name = "${name}", deps = ["${label}"])\n`;
    at = await bazel.workspace("wrong", {
      "MODULE.bazel": module(),
      "spack.lock": lock,
      "BUILD.bazel": [
        library("good", "@spack//:headers"),
        library("mistyped", "@spack//:heders"),
        library("uses_absent", "@spack//:absent"),
        library("uses_gone", "@spack//:gone"),
        library("ambiguous", "@spack//:twice"),
      ].join(""),
      "checked/BUILD.bazel":
        'load("@spack//:defs.bzl", "spack")\ncc_library(name = "checked", deps = [spack("heders")])\n',
    });
    await installSynthetic(store, roots, async () => {});
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  it("names the nearest packages for one that is not in the lock", async () => {
    expect(await fails("mistyped")).toMatch(/no such target .*:heders.*did you mean headers\?/);
    const said = await failure("build", "//checked");
    expect(said).toContain(`spack: heders is not in ${lockFile()}.`);
    expect(said).toMatch(/next: Nearest: headers, .*To add it: spack -e \S+ add/);
  });

  it("says how to install what is not installed, to who uses it alone", async () => {
    const said = await fails("uses_absent");
    const id = `absent@4.0 /${hashOf(absent).slice(0, 7)}`;
    expect(said).toContain(`spack: ${id} is in ${lockFile()} but not installed in ${store}.`);
    expect(said).toContain(
      `next: Install it: spack -e ${at.path} install (with Sygaldry: sygaldry spack install ${at.path}).`,
    );
    expect((await at.bazel("build", "//:good")).exitCode).toBe(0);
  });

  it("says that a folder is gone, or that there is no store", async () => {
    const said = await fails("uses_gone");
    expect(said).toContain(
      `is installed at ${prefixOf(store, gone)}, says the store's database, but there is no such`,
    );
    expect(said).toContain("next: spack reindex makes the database true again;");
    const none = await failure("build", "//:good", "--repo_env=SYGALDRY_SPACK_STORE=/nowhere");
    expect(none).toContain("not installed in /nowhere: there is no /nowhere/.spack-db/index.json");
    expect(none).toContain("spack.environment(store = ...)");
  });

  it("names the hashes when a name means several", async () => {
    const said = await fails("ambiguous");
    expect(said).toContain(`spack: twice may mean several packages of ${lockFile()}.`);
    for (const [each, version] of [
      [twice1, "1.0"],
      [twice2, "2.0"],
    ] as const)
      expect(said).toContain(`@spack//:twice_${hashOf(each).slice(0, 7)} (twice@${version})`);
  });

  it("stops when the lock is not the one that was synced", async () => {
    const synced = [...roots.slice(1).map(hashOf), "x".repeat(32)];
    await at.write({ "MODULE.bazel": module(`, synced_roots = ${JSON.stringify(synced)}`) });
    const said = await fails("good");
    expect(said).toContain(`spack: ${lockFile()} changed since the last sygaldry bazel sync`);
    expect(said).toContain(`(new: headers@0.3 /${hashOf(headers).slice(0, 7)}; gone: /xxxxxxx)`);
    expect(said).toContain("next: Run: sygaldry bazel sync");
    await at.write({ "MODULE.bazel": module(`, synced_roots = ${JSON.stringify(roots.map(hashOf))}`) });
    expect((await at.bazel("build", "//:good")).exitCode).toBe(0);
  });

  it("says that there is no lock, and takes one that comes", async () => {
    await at.write({ "MODULE.bazel": module().replace("//:spack.lock", "//:sim/spack.lock") });
    const said = await fails("good");
    expect(said).toContain(`spack: there is no ${at.path}/sim/spack.lock.`);
    expect(said).toContain(`next: Make it: spack -e ${at.path}/sim concretize;`);
    await at.write({ "sim/spack.lock": lock });
    expect((await at.bazel("build", "//:good")).exitCode).toBe(0);
    await at.write({ "MODULE.bazel": module() });
  });

  it("refuses what is said of a package that is not there", async () => {
    await at.write({ "MODULE.bazel": module("", 'spack.package(name = "headrs", libs = ["x"])\n') });
    const said = await fails("good");
    expect(said).toContain(`spack.package(name = "headrs"): ${lockFile()} has no package of that name`);
    expect(said).toContain("next: Nearest: headers, ");
    await at.write({ "MODULE.bazel": module() });
  });

  it.each([
    [
      "cut off",
      () => lock.slice(0, 300),
      /:1:\d+: not JSON: a text without an end|:1:301: not JSON: it ends in the middle/,
    ],
    [
      "with a comma too many",
      () => pretty().replace('"name": "headers",', '"name": "headers",,'),
      /:\d{2,3}:\d+: not JSON: expected a key/,
    ],
    ["with a merge conflict", () => `{\n<<<<<<< HEAD\n${lock}`, /:2: it has a merge conflict/],
    ["empty", () => "", / is empty\./],
    ["not JSON at all", () => "roots:\n- a\n", /:1:1: not JSON: expected a value/],
    [
      "of another version",
      () => lock.replace('"lockfile-version":6', '"lockfile-version":9'),
      / has lockfile version 9; known are 4, 5, 6, 7/,
    ],
    [
      "without a version of a package",
      () => lock.replace('"version":"0.3",', ""),
      /concrete_specs\.[a-z2-7]{32}\.version: expected string, found nothing/,
    ],
    [
      "with a root that is nowhere",
      () => lock.replace(`"roots":[{"hash":"${hashOf(headers)}"`, `"roots":[{"hash":"${"a".repeat(32)}"`),
      /roots: headers@0\.3 \/aaaaaaa is not among concrete_specs/,
    ],
    ["another file", () => "[]", /is not a lockfile that Spack wrote: expected an object, found list/],
  ])("names the place in a lock that is %s", async (_, text, where) => {
    await at.write({ "spack.lock": text() });
    const said = await fails("good");
    expect(said).toContain(`spack: ${lockFile()}`);
    expect(said).toMatch(where);
    expect(said).toContain("  next: ");
  });

  it("reads the lock laid out by hand, and names the place in a damaged database", async () => {
    await at.write({ "spack.lock": pretty() });
    expect((await at.bazel("build", "//:good")).exitCode).toBe(0);
    await at.write({ "../some-store/.spack-db/index.json": '{"database":{"version":"8",\n"installs":{]}}' });
    const said = await fails("good");
    expect(said).toContain(`spack: ${store}/.spack-db/index.json:2:13: not JSON: expected a key.`);
    expect(said).toContain("spack reindex rebuilds it");
  });

  const pretty = () => JSON.stringify(JSON.parse(lock), undefined, 2);
});
