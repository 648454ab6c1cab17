import { describe, expect, test } from "vitest";
import { expandPath } from "../../../../../extension/core/spack/manifest/path-variables.ts";
import { fixture, host } from "./host.ts";

const answers: readonly { readonly path: string; readonly result: string }[] = fixture("paths.json").paths;
const base = { folder: "/work/here", environmentFolder: "/opt/cases/env" };

describe("expandPath (unit)", () => {
  test.each(answers)("resolves $path as Spack does", ({ path, result }) => {
    const expanded = expandPath(path, base, host);
    if (expanded.known) expect(expanded.path).toBe(result);
    else expect(path).toMatch(/^~(root|nosuchuser)\//);
  });
});
