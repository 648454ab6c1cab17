import { describe, expect, test } from "vitest";
import {
  environmentOverrides,
  flagOverrides,
  overrideTree,
} from "../../../../extension/core/project/overrides.ts";

describe("environmentOverrides (unit)", () => {
  test("knows the documented variables, and takes an empty one for not set", () => {
    const overrides = environmentOverrides({
      SYGALDRY_PROJECT_ID: "p",
      SYGALDRY_IMAGE: "i",
      SYGALDRY_CONTAINER_ROOT: "/r",
      BAZEL_VERSION: "7.0.0",
      PYTHON_VERSION: "3.12",
      RUST_VERSION: "",
      GO_VERSION: undefined,
      HOME: "/root",
    });
    expect(overrides).toEqual([
      { path: ["project", "id"], value: "p", source: "environment SYGALDRY_PROJECT_ID" },
      { path: ["image", "name"], value: "i", source: "environment SYGALDRY_IMAGE" },
      { path: ["storage", "root"], value: "/r", source: "environment SYGALDRY_CONTAINER_ROOT" },
      { path: ["tools", "bazel", "version"], value: "7.0.0", source: "environment BAZEL_VERSION" },
      { path: ["tools", "python", "version"], value: "3.12", source: "environment PYTHON_VERSION" },
    ]);
  });

  test.each([
    ["auto", "auto"],
    ["ON", "on"],
    ["1", "on"],
    ["true", "on"],
    ["yes", "on"],
    ["0", "off"],
    ["false", "off"],
    ["no", "off"],
    ["off", "off"],
  ])("SYGALDRY_GPU=%s means %s", (value, mode) => {
    expect(environmentOverrides({ SYGALDRY_GPU: value })[0]?.value).toBe(mode);
  });

  test.each(["maybe", "2", "constructor", "__proto__", " on"])("SYGALDRY_GPU=%j is refused", (value) => {
    expect(() => environmentOverrides({ SYGALDRY_GPU: value })).toThrow(
      expect.objectContaining({ code: "SYG-CONFIG-INVALID", next: "Set SYGALDRY_GPU to auto, on or off." }),
    );
  });
});

describe("flagOverrides (unit)", () => {
  test("gives what was said, by the flag's name", () => {
    expect(flagOverrides({})).toEqual([]);
    expect(
      flagOverrides({ projectId: "p", image: "i", gpu: "1", storageRoot: "/r", portable: true }),
    ).toEqual([
      { path: ["project", "id"], value: "p", source: "flag --project-id" },
      { path: ["image", "name"], value: "i", source: "flag --image" },
      { path: ["gpu", "mode"], value: "on", source: "flag --gpu" },
      { path: ["storage", "root"], value: "/r", source: "flag --storage-root" },
      { path: ["devcontainer", "mode"], value: "portable", source: "flag --portable" },
    ]);
    expect(flagOverrides({ portable: false })).toEqual([]);
    expect(() => flagOverrides({ gpu: "maybe" })).toThrow(
      expect.objectContaining({ code: "SYG-CONFIG-INVALID" }),
    );
  });
});

describe("overrideTree (unit)", () => {
  const bazel = (tools: unknown) =>
    overrideTree(
      { path: ["tools", "bazel", "version"], value: "8.0.0", source: "environment BAZEL_VERSION" },
      { tools },
    );
  const gpu = (setting: unknown) =>
    overrideTree({ path: ["gpu", "mode"], value: "on", source: "flag --gpu" }, { gpu: setting });

  test.each([
    ["nothing", undefined, { version: "8.0.0" }],
    ["a version", { bazel: "7.0.0" }, { version: "8.0.0" }],
    ["distro", { bazel: "distro" }, { from: "distro", version: "8.0.0" }],
    ["official", { bazel: "official" }, { from: "official", version: "8.0.0" }],
    ["a mapping", { bazel: { version: "7.0.0", from: "official" } }, { from: "official", version: "8.0.0" }],
  ])("a tool's version over %s", (_, tools, expected) => {
    expect(bazel(tools)).toEqual({ tools: { bazel: expected } });
  });

  test("takes away checksums, which are another version's, and keeps those of the same", () => {
    const sha256 = { amd64: "a".repeat(64) };
    expect(bazel({ bazel: { version: "7.0.0", sha256 } })).toEqual({
      tools: { bazel: { version: "8.0.0", sha256: null } },
    });
    expect(bazel({ bazel: { version: "8.0.0", sha256 } })).toEqual({
      tools: { bazel: { version: "8.0.0", sha256 } },
    });
  });

  test.each([{ bazel: false }, { bazel: "off" }])("leaves a tool off that is off: %j", (tools) => {
    expect(bazel(tools)).toEqual({});
  });

  test.each([["auto"], [true], [undefined], [{ mode: "off" }]])("the GPU's mode over %j", (setting) => {
    expect(gpu(setting)).toEqual({ gpu: { mode: "on" } });
  });

  test("the GPU's mode keeps the devices", () => {
    expect(gpu({ mode: "auto", devices: 2 })).toEqual({ gpu: { mode: "on", devices: 2 } });
  });

  test("does not cover up a section of a wrong type", () => {
    expect(overrideTree({ path: ["storage", "root"], value: "/r", source: "" }, { storage: 5 })).toEqual({});
    expect(bazel([])).toEqual({});
  });
});
