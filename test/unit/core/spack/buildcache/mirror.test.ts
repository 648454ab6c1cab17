import { describe, expect, test } from "vitest";
import { readMirrors } from "../../../../../extension/core/spack/buildcache/mirror.ts";

const context = {
  environment: { ID: "kvothe", SECRET: "tehlu-hidden", TOKEN: "t0ken-hidden", EMPTY: "" },
  resolvePath: (file: string) => file.replace("$spack", "/opt/spack src").replace(/^~/, "/home/kvothe"),
};

const read = (mirrors: unknown) => readMirrors(mirrors, context);

describe("readMirrors (unit)", () => {
  test("keeps Spack's order, and leaves out mirrors of sources alone", () => {
    const mirrors = {
      b: "https://b.example/x",
      a: { url: "oci://a.example/y", source: true },
      c: { url: "/c", binary: false },
    };
    expect(read(mirrors)).toEqual([
      { name: "b", url: "https://b.example/x", signed: true, credentials: { kind: "none" } },
      { name: "a", url: "oci://a.example/y", signed: true, credentials: { kind: "none" } },
    ]);
  });

  test.each([
    ["/opt/cache größe", "file:///opt/cache%20gr%C3%B6%C3%9Fe"],
    ["$spack/cache", "file:///opt/spack%20src/cache"],
    ["~/cache", "file:///home/kvothe/cache"],
    ["file:///opt/cache", "file:///opt/cache"],
    ["oci+http://localhost:5000/x", "oci+http://localhost:5000/x"],
    ["s3://bucket/x", "s3://bucket/x"],
  ])("takes %s as %s", (url, expected) => {
    expect(read({ m: url })[0]?.url).toBe(expected);
    expect(read({ m: { url } })[0]?.url).toBe(expected);
  });

  test("what is said of fetching goes first; pushing does not matter", () => {
    expect(
      read({ m: { url: "/all", fetch: "/fetch", push: { url: "/push" }, signed: false } }),
    ).toMatchObject([{ url: "file:///fetch", signed: false }]);
    const fetch = { url: "https://f.example", access_pair: { id: "other", secret_variable: "SECRET" } };
    expect(read({ m: { fetch, access_pair: { id: "no", secret_variable: "NONE" } } })).toMatchObject([
      { url: "https://f.example", credentials: { kind: "password", id: "other", secret: "tehlu-hidden" } },
    ]);
  });

  test.each([
    [
      { access_pair: { id: "me", secret_variable: "SECRET" } },
      { kind: "password", id: "me", secret: "tehlu-hidden" },
    ],
    [
      { access_pair: { id_variable: "ID", secret_variable: "SECRET" } },
      { kind: "password", id: "kvothe", secret: "tehlu-hidden" },
    ],
    [{ access_pair: ["me", "plain"] }, { kind: "password", id: "me", secret: "plain" }],
    [{ access_token_variable: "TOKEN" }, { kind: "token", token: "t0ken-hidden" }],
    [{ access_token: "plain" }, { kind: "token", token: "plain" }],
    [{ access_pair: null, access_token_variable: null }, { kind: "none" }],
    [
      { access_pair: { id_variable: "EMPTY", secret_variable: "NONE" } },
      { kind: "missing", variables: ["EMPTY", "NONE"] },
    ],
    [{ access_pair: { id: "me", secret_variable: "NONE" } }, { kind: "missing", variables: ["NONE"] }],
    [{ access_token_variable: "NONE" }, { kind: "missing", variables: ["NONE"] }],
  ])("reads the credentials of %j", (given, expected) => {
    expect(read({ m: { url: "https://m.example", ...given } })[0]?.credentials).toEqual(expected);
  });

  test.each([
    [[], "mirrors is a list"],
    [{ m: 7 }, "mirrors.m is 7"],
    [{ m: {} }, "mirrors.m.url is missing"],
    [{ m: { url: "/", access_pair: { id: "me" } } }, "mirrors.m.access_pair.secret_variable is missing"],
    [{ m: { url: "/", fetch: 7 } }, "mirrors.m.fetch is 7"],
  ])("names the place in %j", (mirrors, message) => {
    expect(() => read(mirrors)).toThrow(
      expect.objectContaining({ code: "SYG-BUILD-CACHE", message: expect.stringContaining(message) }),
    );
  });
});
