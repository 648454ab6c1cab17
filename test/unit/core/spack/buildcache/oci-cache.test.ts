import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { packageTag, parseOciUrl } from "../../../../../extension/core/spack/buildcache/oci-reference.ts";
import { openBuildCache } from "../../../../../extension/core/spack/buildcache/open-build-cache.ts";
import { fixtureLock, spackFixture } from "../../../../support/spack-fixtures.ts";
import { pathOf, startWebServer } from "../../../../support/web-server.ts";

const packages = [...fixtureLock("demo-buildcache").lock.nodes.values()];
const math = "demo-math-3.1.4-62ux2uf3icbwkpvij56w2rrnz7gbojt5.spack";
const file = (name: string) => readFileSync(spackFixture("demo-oci", name));
const tags: readonly string[] = JSON.parse(file("tags.json").toString()).tags;
const indexDigest = "sha256:1cb8ea1f8e570ae725796d31253b111b32fcbd982b3f88f061478f35fa89f306";

/** What the fixture's registry answers, by path below the repository. */
const answers: Readonly<Record<string, string | Buffer>> = {
  "tags/list": file("tags.json"),
  "manifests/index.spack": file("index.spack.manifest.json"),
  [`manifests/${math}`]: file(`${math}.manifest.json`),
  [`blobs/${indexDigest}`]: file("index-blob.json"),
};

function registry(changes: Readonly<Record<string, string | Buffer | number>> = {}): RequestListener {
  const all: Readonly<Record<string, string | Buffer | number>> = { ...answers, ...changes };
  return (request, response) => {
    const answer = all[pathOf(request).replace("/v2/demo/buildcache/", "")] ?? 404;
    response.statusCode = typeof answer === "number" ? answer : 200;
    response.end(typeof answer === "number" ? undefined : answer);
  };
}

function open(origin: string) {
  const url = origin.replace("http://", "oci+http://");
  return openBuildCache(
    { name: "m", url: `${url}/Demo/buildcache`, signed: true, credentials: { kind: "none" } },
    { pause: 1 },
  );
}

const inRegistry = packages.filter((each) => tags.includes(packageTag(each))).map(({ hash }) => hash);

describe("a cache in a registry (unit)", () => {
  test("has what its tags say, signatures or not", async () => {
    await using server = await startWebServer(registry());
    const answer = await open(server.origin).has(packages);
    expect(inRegistry).toHaveLength(7);
    for (const { hash } of packages) {
      expect(answer.presence.get(hash)?.state).toBe(inRegistry.includes(hash) ? "present" : "absent");
    }
    expect(answer.index).toEqual({ state: "read", packages: 7 });
    expect(server.requests).toHaveLength(3);
  });

  test("tells the size of a package's own layer, not of those below it", async () => {
    await using server = await startWebServer(registry());
    const answer = await open(server.origin).has(packages, { details: true });
    expect(answer.presence.get("62ux2uf3icbwkpvij56w2rrnz7gbojt5")).toEqual({
      state: "present",
      bytes: 7782,
    });
  });

  test("follows the pages of tags, of the same registry alone", async () => {
    const pages = [tags.slice(0, 4), tags.slice(4)];
    for (const next of ["/v2/demo/buildcache/tags/list?n=1000&last=x", "http://127.0.0.2:1/v2/other"]) {
      await using server = await startWebServer((request, response) => {
        const url = new URL(request.url ?? "", "http://x");
        if (url.pathname !== "/v2/demo/buildcache/tags/list") return registry()(request, response);
        const last = url.searchParams.has("last");
        if (!last) response.setHeader("link", `<${next}>; rel="next"`);
        response.end(JSON.stringify({ name: "demo/buildcache", tags: pages[last ? 1 : 0] }));
      });
      const { presence } = await open(server.origin).has(packages);
      const present = [...presence.values()].filter(({ state }) => state === "present").length;
      expect(present).toBe(
        next.startsWith("/")
          ? 7
          : pages[0]?.filter((tag) => /\.spack$/.test(tag) && tag !== "index.spack").length,
      );
    }
  });

  test("does not go round in pages that name themselves", async () => {
    await using server = await startWebServer((request, response) => {
      response.setHeader("link", `<${request.url}>; rel=next`);
      registry()(request, response);
    });
    expect((await open(server.origin).has(packages)).presence.get(inRegistry[0] ?? "")).toMatchObject({
      state: "present",
    });
  });

  test("that does not show its tags is asked for each package", async () => {
    await using server = await startWebServer(registry({ "tags/list": 403 }));
    const { presence } = await open(server.origin).has(packages);
    expect([...presence.values()].filter(({ state }) => state === "present")).toEqual([
      { state: "present", bytes: 7782 },
    ]);
    expect([...presence.values()].filter(({ state }) => state === "absent")).toHaveLength(11);
  });

  test("without the repository, or with null for its tags, has nothing", async () => {
    for (const changes of [
      { "tags/list": 404, "manifests/index.spack": 404 },
      { "tags/list": '{"name":"demo/buildcache","tags":null}', "manifests/index.spack": 404 },
    ]) {
      await using server = await startWebServer(registry(changes));
      const answer = await open(server.origin).has(packages);
      expect(answer.index).toEqual({ state: "missing" });
      expect([...answer.presence.values()].every(({ state }) => state === "absent")).toBe(true);
    }
  });

  test.each([
    [{ "manifests/index.spack": "{" }, "is there a registry at this address"],
    [{ "manifests/index.spack": '{"layers":[{"digest":"md5:x","size":1}]}' }, "names no index"],
    [{ "manifests/index.spack": '{"layers":[{"size":1}]}' }, "layers[0].digest is missing"],
    [{ [`blobs/${indexDigest}`]: "{}" }, "is damaged"],
    [{ [`blobs/${indexDigest}`]: 404 }, "is not there"],
  ])("a damaged index is told, and costs nothing else: %j", async (changes, why) => {
    await using server = await startWebServer(registry(changes));
    const answer = await open(server.origin).has(packages);
    expect(answer.index).toEqual({ state: "unknown", why: expect.stringContaining(why) });
    expect([...answer.presence.values()].filter(({ state }) => state === "present")).toHaveLength(7);
  });

  test.each([
    [{ "tags/list": "[1]", "manifests/index.spack": 500 }, "the document is a list"],
    [{ "tags/list": '{"tags":[7]}', "manifests/index.spack": 500 }, "tags is 7"],
    [{ "tags/list": 500, "manifests/index.spack": 500 }, "HTTP status 500"],
  ])("is unknown with answers such as %j", async (changes, why) => {
    await using server = await startWebServer(registry(changes));
    const { presence } = await open(server.origin).has(packages);
    expect([...presence.values()]).toEqual(
      packages.map(() => ({ state: "unknown", why: expect.stringContaining(why) })),
    );
  });
});

describe("parseOciUrl (unit)", () => {
  test.each([
    ["oci://ghcr.io/Org/Cache", "https://ghcr.io", "org/cache"],
    ["oci+http://localhost:5000/cache", "http://localhost:5000", "cache"],
    ["oci+http://localhost/a/b", "http://localhost", "a/b"],
    ["oci://registry:5000/a/b:tag", "https://registry:5000", "a/b"],
    ["oci://ghcr.io/a/b@sha256:0123456789abcdef0123456789abcdef", "https://ghcr.io", "a/b"],
    ["oci://ghcr.io/a/b/", "https://ghcr.io", "a/b"],
    ["oci://user/cache", "https://index.docker.io", "user/cache"],
    ["oci://cache", "https://index.docker.io", "library/cache"],
  ])("reads %s as a docker client would", (url, origin, repository) => {
    expect(parseOciUrl(url)).toEqual({ origin, repository });
  });

  test.each(["https://ghcr.io/a", "oci://", "oci://ghcr.io/a/../b", "oci://a b/c"])("refuses %s", (url) => {
    expect(parseOciUrl(url)).toBeUndefined();
  });
});

describe("packageTag (unit)", () => {
  test("replaces what a tag may not hold, and cuts what is too long in the middle", () => {
    const hash = "62ux2uf3icbwkpvij56w2rrnz7gbojt5";
    expect(packageTag({ hash, name: "a", version: "git.main=1.0+x" })).toBe(`a-git.main_1.0_x-${hash}.spack`);
    const long = packageTag({ hash, name: "n".repeat(100), version: "v".repeat(100) });
    expect(long).toHaveLength(128);
    expect(long).toBe(`${"n".repeat(64)}${"v".repeat(64 - 39)}-${hash}.spack`);
  });
});
