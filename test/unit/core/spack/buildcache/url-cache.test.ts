import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { CacheAnswer } from "../../../../../extension/core/spack/buildcache/build-cache.ts";
import { openBuildCache } from "../../../../../extension/core/spack/buildcache/open-build-cache.ts";
import { demoCacheFolder } from "../../../../support/spack-cache.ts";
import { fixtureLock } from "../../../../support/spack-fixtures.ts";
import { translation } from "../../../../support/spack-store.ts";
import { pathOf, serveFolder, startWebServer } from "../../../../support/web-server.ts";

const { lock } = fixtureLock("demo-buildcache");
const packages = [...lock.nodes.values()];

function open(
  url: string,
  options: Parameters<typeof openBuildCache>[1] & { readonly signed?: boolean } = {},
) {
  const { signed = false, ...rest } = options;
  return openBuildCache({ name: "m", url, signed, credentials: { kind: "none" } }, { pause: 1, ...rest });
}

/** Names by state. */
function byState({ presence }: CacheAnswer): Readonly<Record<string, readonly string[]>> {
  const states: Record<string, string[]> = {};
  for (const { hash, name } of packages) {
    const { state } = presence.get(hash) ?? { state: "none" };
    states[state] = [...(states[state] ?? []), name].sort();
  }
  return states;
}

const built = [
  "compiler-wrapper",
  "demo-base",
  "demo-cli",
  "demo-gen",
  "demo-math",
  "demo-patched",
  "gcc-runtime",
  "py-demo-stats",
  "python-venv",
];
const externals = ["gcc", "glibc", "python"];
const manifest =
  "v3/manifests/spec/demo-gen/demo-gen-0.4.1-odrui4u766hxrtgnlw7xqyhjblydcozg.spec.manifest.json";
const gen = "odrui4u766hxrtgnlw7xqyhjblydcozg";

describe("a cache in a folder (unit)", () => {
  test("has what the fixture's has, by URL and by path", async () => {
    using cache = demoCacheFolder();
    for (const url of [cache.folder, pathToFileURL(cache.folder).href]) {
      const answer = await open(url).has(packages);
      expect(byState(answer)).toEqual({ present: built, absent: externals });
      expect(answer.index).toEqual({ state: "read", packages: 9 });
      expect(answer.presence.get("62ux2uf3icbwkpvij56w2rrnz7gbojt5")).toEqual({
        state: "present",
        bytes: 7702,
      });
    }
  });

  test("is reached where the site's folder lies here", async () => {
    using cache = demoCacheFolder();
    const paths = translation("/opt/demo/mirror", cache.folder);
    expect(byState(await open("file:///opt/demo/mirror", { paths }).has(packages))["present"]).toEqual(built);
    expect(byState(await open("file:////opt/demo/mirror", { paths }).has(packages))["present"]).toEqual(
      built,
    );
  });

  test("is what lies there, not what its index says", async () => {
    using cache = demoCacheFolder();
    rmSync(path.join(cache.folder, manifest));
    expect(byState(await open(cache.folder).has(packages))["absent"]).toEqual(["demo-gen", ...externals]);
    rmSync(path.join(cache.folder, "v3/manifests/index"), { recursive: true });
    const answer = await open(cache.folder).has(packages);
    expect(answer.index).toEqual({ state: "missing" });
    expect(byState(answer)["present"]).toHaveLength(8);
  });

  test("which demands signatures has nothing without one, and takes one with", async () => {
    using cache = demoCacheFolder();
    const file = path.join(cache.folder, manifest);
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${text}\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n`,
    );
    const answer = await open(cache.folder, { signed: true }).has(packages);
    expect(byState(answer)).toEqual({
      present: ["demo-gen"],
      unsigned: built.filter((name) => name !== "demo-gen"),
      absent: externals,
    });
    expect(answer.presence.get(gen)).toMatchObject({ bytes: expect.any(Number) });
  });

  test.each([
    ["{", "is not a manifest of a build cache"],
    ['{"version":3}', "data is missing"],
    ['{"version":4,"data":[]}', "has version 4 of a cache's manifest; known is 3"],
    ['{"version":3,"data":[{}]}', "data[0].mediaType is missing"],
  ])("does not know of a package whose manifest is %s", async (text, why) => {
    using cache = demoCacheFolder();
    writeFileSync(path.join(cache.folder, manifest), text);
    const answer = await open(cache.folder).has(packages);
    expect(answer.presence.get(gen)).toEqual({ state: "unknown", why: expect.stringContaining(why) });
    expect(byState(answer)["present"]).toHaveLength(8);
  });

  test("a damaged index is told, and costs nothing else", async () => {
    using cache = demoCacheFolder();
    const index = path.join(cache.folder, "v3/manifests/index/index.manifest.json");
    const text = readFileSync(index, "utf8");
    for (const [changed, why] of [
      ["{", "is not a manifest"],
      [text.replace("spack.db.v8", "other"), "names no index"],
      [text.replace(/"088f/, '"188f'), "is not there"],
      [text.replace(/"088f[^"]*"/, '"../../../../../etc/passwd"'), "no checksum"],
    ] as const) {
      writeFileSync(index, changed);
      const answer = await open(cache.folder).has(packages);
      expect(answer.index).toEqual({ state: "unknown", why: expect.stringContaining(why) });
      expect(byState(answer)["present"]).toEqual(built);
    }
  });

  test("that does not exist, or cannot be read, is told apart", async () => {
    using cache = demoCacheFolder();
    const none = await open(path.join(cache.folder, "none")).has(packages);
    expect(none.index).toEqual({ state: "missing" });
    expect(byState(none)["absent"]).toHaveLength(12);
    renameSync(path.join(cache.folder, "v3"), path.join(cache.folder, "v4"));
    mkdirSync(path.join(cache.folder, "v3/manifests/index/index.manifest.json"), { recursive: true });
    expect((await open(cache.folder).has(packages)).index).toMatchObject({
      state: "unknown",
      why: expect.stringContaining("EISDIR"),
    });
  });

  test("of the older layout is read by its names", async () => {
    using cache = demoCacheFolder();
    rmSync(path.join(cache.folder, "v3"), { recursive: true });
    mkdirSync(path.join(cache.folder, "build_cache"));
    const old = path.join(
      cache.folder,
      "build_cache",
      `linux-debian12-x86_64_v4-gcc-12.2.0-demo-gen-0.4.1-${gen}`,
    );
    writeFileSync(`${old}.spec.json`, "{}");
    expect(byState(await open(cache.folder).has(packages))["present"]).toEqual(["demo-gen"]);
    expect(byState(await open(cache.folder, { signed: true }).has(packages))["unsigned"]).toEqual([
      "demo-gen",
    ]);
    writeFileSync(`${old}.spec.json.sig`, "{}");
    expect(byState(await open(cache.folder, { signed: true }).has(packages))["present"]).toEqual([
      "demo-gen",
    ]);
  });
});

describe("a cache on a web server (unit)", () => {
  test("answers from its index with two requests, and for the rest package by package", async () => {
    using cache = demoCacheFolder();
    await using server = await startWebServer(serveFolder(cache.folder));
    const answer = await open(`${server.origin}/`).has(packages.filter(({ name }) => built.includes(name)));
    expect([...answer.presence.values()].every(({ state }) => state === "present")).toBe(true);
    expect(server.requests).toHaveLength(2);
    expect(byState(await open(server.origin).has(packages))).toEqual({ present: built, absent: externals });
  });

  test("gives sizes when asked for details", async () => {
    using cache = demoCacheFolder();
    await using server = await startWebServer(serveFolder(cache.folder));
    const answer = await open(server.origin).has(packages, { details: true });
    expect(byState(answer)).toEqual({ present: built, absent: externals });
    expect(answer.presence.get("62ux2uf3icbwkpvij56w2rrnz7gbojt5")).toEqual({
      state: "present",
      bytes: 7702,
    });
  });

  test("without an index is asked for each package", async () => {
    using cache = demoCacheFolder();
    rmSync(path.join(cache.folder, "v3/manifests/index"), { recursive: true });
    await using server = await startWebServer(serveFolder(cache.folder));
    const answer = await open(server.origin).has(packages);
    expect(answer.index).toEqual({ state: "missing" });
    expect(byState(answer)).toEqual({ present: built, absent: externals });
  });

  test("which demands signatures is looked at for them", async () => {
    using cache = demoCacheFolder();
    await using server = await startWebServer(serveFolder(cache.folder));
    expect(byState(await open(server.origin, { signed: true }).has(packages))).toEqual({
      unsigned: built,
      absent: externals,
    });
  });

  test("which demands signatures and has them is believed after a few", async () => {
    using cache = demoCacheFolder();
    const specs = path.join(cache.folder, "v3/manifests/spec");
    for (const name of readdirSync(specs, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".json")) continue;
      const text = readFileSync(path.join(specs, name), "utf8");
      writeFileSync(
        path.join(specs, name),
        `-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n${text}\r\n-----BEGIN PGP SIGNATURE-----\r\n`,
      );
    }
    await using server = await startWebServer(serveFolder(cache.folder));
    const answer = await open(server.origin, { signed: true }).has(
      packages.filter(({ name }) => built.includes(name)),
    );
    expect([...answer.presence.values()].map(({ state }) => state)).toEqual(built.map(() => "present"));
    expect(server.requests).toHaveLength(2 + 3);
  });

  test("with an index that cannot be unpacked is asked for each package", async () => {
    using cache = demoCacheFolder();
    const manifestFile = path.join(cache.folder, "v3/manifests/index/index.manifest.json");
    const text = readFileSync(manifestFile, "utf8");
    writeFileSync(manifestFile, text.replace('"compression":"none"', '"compression":"gzip"'));
    await using server = await startWebServer(serveFolder(cache.folder));
    const answer = await open(server.origin).has(packages);
    expect(answer.index).toEqual({ state: "unknown", why: expect.stringContaining("cannot be unpacked") });
    expect(byState(answer)["present"]).toEqual(built);
  });

  test("with a compressed index, and one that is replaced while it is read", async () => {
    using cache = demoCacheFolder();
    const manifestFile = path.join(cache.folder, "v3/manifests/index/index.manifest.json");
    const text = readFileSync(manifestFile, "utf8");
    const [, sum = ""] = /"checksum":"([0-9a-f]+)"/.exec(text) ?? [];
    const index = readFileSync(path.join(cache.folder, "blobs/sha256", sum.slice(0, 2), sum));
    const zipped = gzipSync(index);
    const zippedSum = createHash("sha256").update(zipped).digest("hex");
    const after = text.replace(sum, zippedSum).replace('"compression":"none"', '"compression":"gzip"');
    let asked = 0;
    await using server = await startWebServer((request, response) => {
      const at = pathOf(request);
      if (at.endsWith("index.manifest.json")) response.end(asked++ === 0 ? text : after);
      else if (at.endsWith(zippedSum)) response.end(zipped);
      else {
        response.statusCode = 404;
        response.end();
      }
    });
    const answer = await open(server.origin).has(packages);
    expect(answer.index).toEqual({ state: "read", packages: 9 });
    expect(byState(answer)["present"]).toEqual(built);
    expect(asked).toBe(2);
  });

  test("of the older layout is read by its index", async () => {
    using cache = demoCacheFolder();
    const index = {
      database: {
        version: "6",
        installs: { [gen]: { spec: {}, in_buildcache: true }, x: { in_buildcache: false } },
      },
    };
    rmSync(path.join(cache.folder, "v3"), { recursive: true });
    mkdirSync(path.join(cache.folder, "build_cache"));
    writeFileSync(path.join(cache.folder, "build_cache/index.json"), JSON.stringify(index));
    await using server = await startWebServer(serveFolder(cache.folder));
    expect(byState(await open(server.origin).has(packages))["present"]).toEqual(["demo-gen"]);
  });

  test("an index that did not change is not fetched again, in a later run either", async () => {
    using cache = demoCacheFolder();
    const indexes = await mkdtemp(path.join(tmpdir(), "sygaldry-indexes-"));
    try {
      await using server = await startWebServer(serveFolder(cache.folder));
      const wanted = packages.filter(({ name }) => built.includes(name));
      await open(server.origin, { indexes }).has(wanted);
      expect(await readdir(indexes)).toHaveLength(1);
      const again = await open(server.origin, { indexes }).has(wanted);
      expect(again.index).toEqual({ state: "read", packages: 9 });
      expect(server.requests.filter((request) => request.includes("/blobs/"))).toHaveLength(1);
      const [file = ""] = await readdir(indexes);
      writeFileSync(path.join(indexes, file), "cut of");
      expect((await open(server.origin, { indexes }).has(wanted)).index).toEqual({
        state: "read",
        packages: 9,
      });
      expect(server.requests.filter((request) => request.includes("/blobs/"))).toHaveLength(2);
    } finally {
      await rm(indexes, { recursive: true, force: true });
    }
  });

  test("that cannot be reached is unknown for every package, and asked once", async () => {
    await using server = await startWebServer((_, response) => {
      response.statusCode = 503;
      response.end();
    });
    const answer = await open(server.origin).has(packages);
    expect(byState(answer)["unknown"]).toHaveLength(12);
    expect(answer.index).toMatchObject({ why: expect.stringContaining("HTTP status 503") });
    expect(server.requests).toHaveLength(3);
  });

  test("can be cancelled while it does not answer", async () => {
    await using server = await startWebServer(() => {});
    const controller = new AbortController();
    const asking = open(server.origin).has(packages, { signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    await expect(asking).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("openBuildCache (unit)", () => {
  test.each([
    ["s3://bucket/x", "only Spack itself"],
    ["gs://bucket/x", "only Spack itself"],
    ["oci://UPPER CASE/x y", "only Spack itself"],
    ["file://otherhost/x", "does not name a folder of this machine"],
    ["relative/path", "does not name a folder of this machine"],
  ])("says of %s what it is", async (url, why) => {
    const answer = await open(url).has(packages);
    expect([...answer.presence.values()]).toEqual(
      packages.map(() => ({ state: "unknown", why: expect.stringContaining(why) })),
    );
  });

  test("shows an address without the password in it", () => {
    expect(open("https://kvothe:tehlu@cache.example/x").url).toBe("https://***@cache.example/x");
  });
});

test("shows an address without what opens the cache (unit)", () => {
  expect(open("https://me:s3cret@cache.example/p?X-Signature=s3cret").url).toBe(
    "https://***@cache.example/p",
  );
});
