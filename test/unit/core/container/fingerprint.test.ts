import { describe, expect, it } from "vitest";
import {
  changedInputs,
  decodeInputs,
  describeChanges,
  encodeInputs,
  fingerprint,
} from "../../../../extension/core/container/fingerprint.ts";

describe("fingerprint", () => {
  it("does not depend on the order of the inputs", () => {
    expect(fingerprint({ a: "1", b: "2" }, {}).imageDigest).toBe(
      fingerprint({ b: "2", a: "1" }, {}).imageDigest,
    );
    expect(fingerprint({ a: "1" }, {}).imageDigest).not.toBe(fingerprint({ a: "2" }, {}).imageDigest);
  });

  it("comes back from its label, whatever the values hold", () => {
    const inputs = { image: { "a b": `"'$\{x} ü\n` }, container: { c: "" } };
    const label = encodeInputs(inputs);
    expect(label).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeInputs(label)).toEqual(inputs);
  });

  it("takes a foreign or broken label for none", () => {
    for (const label of [
      undefined,
      "",
      "%%%",
      Buffer.from("[1]").toString("base64url"),
      Buffer.from("{").toString("base64url"),
    ]) {
      expect(decodeInputs(label)).toBeUndefined();
    }
    expect(decodeInputs(Buffer.from('{"image": 3, "container": {"a": 1}}').toString("base64url"))).toEqual({
      image: {},
      container: {},
    });
  });
});

describe("changedInputs", () => {
  it("names whole files only when nothing finer changed", () => {
    const before = { "tools.python": "3.12.1", Dockerfile: "aaaaaaaaaaaa" };
    const after = { "tools.python": "3.13.9", Dockerfile: "bbbbbbbbbbbb" };
    expect(changedInputs(before, after).map(({ name }) => name)).toEqual(["tools.python"]);
    expect(changedInputs(before, { ...before, Dockerfile: "cccccccccccc" }).map(({ name }) => name)).toEqual([
      "Dockerfile",
    ]);
  });

  it("names variables that follow from settings only when no setting changed", () => {
    const before = { "image.env.SYGALDRY_USER": "kvothe", "user.name": "kvothe" };
    const after = { "image.env.SYGALDRY_USER": "denna", "user.name": "denna" };
    expect(describeChanges(changedInputs(before, after))).toBe("user.name kvothe → denna");
    expect(describeChanges(changedInputs(before, { ...after, "user.name": "kvothe" }))).toBe(
      "image.env.SYGALDRY_USER kvothe → denna",
    );
  });

  it("reads as a reason", () => {
    const changes = changedInputs(
      { "tools.python": "3.12.1", "container/entrypoints/default.sh": "aaaaaaaaaaaa", gone: "x" },
      {
        "tools.python": "3.13.9",
        "container/entrypoints/default.sh": "bbbbbbbbbbbb",
        "env.A": "cccccccccccc",
        ports: "8888",
      },
    );
    expect(describeChanges(changes)).toBe(
      "container/entrypoints/default.sh changed, env.A is new, gone is gone, ports is new (8888), tools.python 3.12.1 → 3.13.9",
    );
  });

  it("counts the rest of a long list", () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, "x"]));
    expect(describeChanges(changedInputs({}, many))).toMatch(/, and 3 more$/);
  });
});
