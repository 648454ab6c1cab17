import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseLockfile } from "../../../../extension/core/spack/lockfile/read-lockfile.ts";
import { base32, verifyHashes } from "../../../../extension/core/spack/lockfile/verify-hashes.ts";
import { fixtureLock, spackFixture } from "../../../support/spack-fixtures.ts";

describe("verifyHashes (unit)", () => {
  it.each([
    ["tiny", 7],
    ["medium", 69],
    ["cuda", 106],
    ["large", 456],
    ["matrix", 55],
    ["develop", 9],
    ["demo", 12],
    ["failing", 6],
  ])("verifies every node of %s", (name, nodes) => {
    expect(verifyHashes(fixtureLock(name))).toEqual({ verified: nodes, damaged: [], unverifiable: [] });
  });

  it("finds one changed byte in any part of a node", () => {
    const text = readFileSync(spackFixture("demo/spack.lock"), "utf8");
    for (const [before, after] of [
      ['"precision":"double"', '"precision":"dOuble"'],
      ['"version":"3.1.4"', '"version":"3.1.5"'],
      [
        "i2wtivvv3cmzdal2mxeupitznmwibagool5h4wgjes7ksnd3de7q",
        "i2wtivvv3cmzdal2mxeupitznmwibagool5h4wgjes7ksnd3de7r",
      ],
      [
        '"hash":"jgi57zyec5746cub5ol7ohn7cusz7fle","parameters":{"deptypes":["build","link"]',
        '"hash":"jgi57zyec5746cub5ol7ohn7cusz7fle","parameters":{"deptypes":["build","run"]',
      ],
    ] as const) {
      const broken = text.replace(before, after);
      expect(broken).not.toBe(text);
      const verdict = verifyHashes(parseLockfile(broken, "spack.lock"));
      expect(verdict.damaged.map(({ name }) => name)).toEqual(["demo-math"]);
      expect(verdict.verified).toBe(11);
    }
  });

  it("does not call an external damaged", () => {
    const text = readFileSync(spackFixture("demo/spack.lock"), "utf8").replace(
      '"path":"/usr"',
      '"path":"/usr/local"',
    );
    const verdict = verifyHashes(parseLockfile(text, "spack.lock"));
    expect(verdict.damaged).toEqual([]);
    expect(verdict.unverifiable).toHaveLength(1);
  });

  it("does not mind how the file is laid out", () => {
    const { file } = fixtureLock("demo");
    const pretty = JSON.stringify(JSON.parse(readFileSync(file, "utf8")), undefined, 4);
    expect(verifyHashes(parseLockfile(pretty, file)).verified).toBe(12);
  });

  it("encodes like RFC 4648", () => {
    const encoded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map((text) =>
      base32(Buffer.from(text)),
    );
    expect(encoded).toEqual(["", "my", "mzxq", "mzxw6", "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"]);
  });
});
