import { describe, expect, it } from "vitest";
import { requireMountSources } from "../../../../extension/core/container/lifecycle/mount-sources.ts";

const mount = { type: "bind" as const, target: "/data", readonly: true, storage: false };
const missing = { ...mount, source: `${import.meta.dirname}/is-not-there` };

describe("requireMountSources (unit)", () => {
  it("names the source that this host lacks", async () => {
    const mounts = [{ ...mount, source: import.meta.dirname }, missing];
    await expect(requireMountSources({ mode: "host", mounts })).rejects.toMatchObject({
      code: "SYG-CONFIG-HOST",
      message: expect.stringContaining(missing.source),
    });
  });

  it("leaves storage, other machines' paths and expressions alone", async () => {
    await requireMountSources({ mode: "host", mounts: [{ ...missing, storage: true }] });
    await requireMountSources({ mode: "portable", mounts: [missing] });
    await requireMountSources({ mode: "host", mounts: [{ ...mount, source: "${localEnv:DATA}/x" }] });
  });
});
