import { describe, expect, it } from "vitest";
import {
  cacheArguments,
  cacheSetting,
  urlSecrets,
} from "../../../../../extension/core/spack/run/cache-setting.ts";

describe("the build cache of a site (unit)", () => {
  it("is what the site's variable names, else what is usual there", () => {
    expect(cacheSetting({}, undefined)).toBeUndefined();
    expect(cacheSetting({}, "/opt/cache")).toEqual({ url: "/opt/cache", access: undefined });
    const url = "oci://registry.example/cache";
    expect(cacheSetting({ SYGALDRY_SPACK_BUILDCACHE: url }, "/opt/cache")).toEqual({
      url,
      access: undefined,
    });
  });

  it("does not show a setting that it refuses, for it may hold a password", () => {
    const SYGALDRY_SPACK_BUILDCACHE = "https://me:my s3cret@cache.example";
    expect(() => cacheSetting({ SYGALDRY_SPACK_BUILDCACHE }, undefined)).toThrow(/^(?!.*s3cret).*neither/);
  });

  it("leaves passwords in their variables", () => {
    const variables = {
      SYGALDRY_SPACK_BUILDCACHE: "oci://registry.example/cache",
      SYGALDRY_SPACK_BUILDCACHE_USER: "me",
      SYGALDRY_SPACK_BUILDCACHE_PASSWORD: "s3cret",
    };
    const setting = cacheSetting(variables, undefined);
    const words = setting === undefined ? [] : cacheArguments(setting);
    expect(words).toEqual([
      "--config",
      "mirrors:sygaldry:url:'oci://registry.example/cache'",
      "--config",
      "mirrors:sygaldry:signed:false",
      "--config",
      "mirrors:sygaldry:access_pair:id_variable:SYGALDRY_SPACK_BUILDCACHE_USER",
      "--config",
      "mirrors:sygaldry:access_pair:secret_variable:SYGALDRY_SPACK_BUILDCACHE_PASSWORD",
    ]);
  });

  it.each(["cache", "./cache", "oci://a b", "/it's"])("refuses %s", (url) => {
    expect(() => cacheSetting({ SYGALDRY_SPACK_BUILDCACHE: url }, undefined)).toThrow(
      /neither an absolute path/,
    );
  });

  it.each([
    ["https://me:p%40ss@host/x", ["p%40ss", "p@ss"]],
    ["https://token@host/x", ["token"]],
    ["oci://host/x", []],
    ["/a:b@c", []],
  ])("knows what of %s is secret", (url, secrets) => {
    expect(urlSecrets(url)).toEqual(secrets);
  });
});
