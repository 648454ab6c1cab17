import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MirrorCredentials } from "../../../extension/core/spack/buildcache/mirror.ts";
import { packageTag } from "../../../extension/core/spack/buildcache/oci-reference.ts";
import { openBuildCache } from "../../../extension/core/spack/buildcache/open-build-cache.ts";
import { type Registry, registryUser, startRegistry } from "../../support/registry.ts";
import { requires } from "../../support/requirements.ts";
import { fixtureLock, spackFixture } from "../../support/spack-fixtures.ts";

const repository = "demo/buildcache";
const fixture = (name: string) => readFileSync(spackFixture("demo-oci", name));
const tags: readonly string[] = JSON.parse(fixture("tags.json").toString()).tags;
const packages = [...fixtureLock("demo-buildcache").lock.nodes.values()];
const pushed = packages.filter((each) => tags.includes(packageTag(each))).map(({ name }) => name);

/** What `spack buildcache push` leaves: index and tags as in the fixture, packages' layers with other content. */
async function fill(registry: Registry): Promise<void> {
  await registry.pushBlob(repository, fixture("index.spack.config.json"));
  await registry.pushBlob(repository, fixture("index-blob.json"));
  await registry.pushManifest(repository, "index.spack", fixture("index.spack.manifest.json"));
  const config = { digest: await registry.pushBlob(repository, "{}"), size: 2 };
  for (const tag of tags.filter((each) => each !== "index.spack")) {
    const layers = [];
    for (const content of ["a dependency's layer", tag]) {
      const digest = await registry.pushBlob(repository, content);
      layers.push({ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest, size: content.length });
    }
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers,
    };
    await registry.pushManifest(repository, tag, JSON.stringify(manifest));
  }
}

requires("docker-registry")("a build cache in a real registry (integration)", () => {
  let open: Registry;
  let locked: Registry;
  beforeAll(async () => {
    open = await startRegistry();
    locked = await startRegistry({ locked: true });
    await Promise.all([fill(open), fill(locked)]);
  });
  afterAll(async () => {
    await open?.[Symbol.asyncDispose]();
    await locked?.[Symbol.asyncDispose]();
  });

  const cache = (registry: Registry, credentials: MirrorCredentials, at = "Demo/BuildCache") =>
    openBuildCache(
      { name: "m", url: `oci+http://${registry.host}/${at}`, signed: true, credentials },
      { pause: 1 },
    );
  const none: MirrorCredentials = { kind: "none" };

  it("has what was pushed", async () => {
    const answer = await cache(open, none).has(packages, { details: true });
    expect(answer.index).toEqual({ state: "read", packages: 7 });
    const present = packages.filter(({ hash }) => answer.presence.get(hash)?.state === "present");
    expect(present.map(({ name }) => name)).toEqual(pushed);
    for (const each of present) {
      expect(answer.presence.get(each.hash)).toEqual({ state: "present", bytes: packageTag(each).length });
    }
    expect([...answer.presence.values()].filter(({ state }) => state === "absent")).toHaveLength(5);
  });

  it("has nothing in a repository that does not exist", async () => {
    const answer = await cache(open, none, "nobody/nothing").has(packages);
    expect(answer.index).toEqual({ state: "missing" });
    expect([...answer.presence.values()].every(({ state }) => state === "absent")).toBe(true);
  });

  it("opens with the right password alone", async () => {
    const right = await cache(locked, { kind: "password", ...registryUser }).has(packages);
    expect([...right.presence.values()].filter(({ state }) => state === "present")).toHaveLength(
      pushed.length,
    );
    for (const [credentials, why] of [
      [none, "demands credentials"],
      [{ kind: "password", id: "kvothe", secret: "wrong-one" }, "refuses the mirror's credentials"],
      [{ kind: "missing", variables: ["REGISTRY_PASSWORD"] }, "set REGISTRY_PASSWORD in the environment"],
    ] as const) {
      const answer = await cache(locked, credentials).has(packages);
      expect([...answer.presence.values()]).toEqual(
        packages.map(() => ({ state: "unknown", why: expect.stringContaining(why) })),
      );
      expect(JSON.stringify([...answer.presence])).not.toContain("wrong-one");
    }
  });
});
