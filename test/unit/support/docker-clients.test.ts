import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findBuildKitClient } from "../../support/docker-clients.ts";
import { testName } from "../../support/run-id.ts";

describe("findBuildKitClient (unit)", () => {
  const folder = mkdtempSync(path.join(tmpdir(), testName("clients")));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A folder with a client that knows its version, and buildx or not. */
  const client = (name: string, version: string, buildx: boolean) => {
    const file = path.join(folder, name, "docker");
    mkdirSync(path.dirname(file));
    writeFileSync(file, `#!/bin/sh\ncase $1 in\n version) echo ${version} ;;\n buildx) ${buildx} ;;\nesac\n`);
    chmodSync(file, 0o755);
    return path.dirname(file);
  };

  it("takes the first that has it: an old client, or one with buildx", () => {
    const bare = client("bare", "28.2.2", false);
    const old = client("old", "20.10.24+dfsg1", false);
    const plugin = client("plugin", "28.2.2", true);
    expect(findBuildKitClient([bare, old, plugin].join(":"))).toBe(path.join(old, "docker"));
    expect(findBuildKitClient([bare, plugin, old].join(":"))).toBe(path.join(plugin, "docker"));
    expect(findBuildKitClient(bare)).toBeUndefined();
    expect(findBuildKitClient("/nowhere")).toBeUndefined();
  });
});
