import { describe, expect, it } from "vitest";
import { parseConcretizeOutput } from "../../../../../extension/core/spack/run/concretize-output.ts";
import { type PushEvent, pushParser } from "../../../../../extension/core/spack/run/push-parser.ts";
import { timesLine } from "../../../../../extension/core/spack/run/times.ts";
import { spackLines } from "../../../../support/spack-transcripts.ts";

async function pushed(name: string): Promise<readonly PushEvent[]> {
  const parser = pushParser();
  const lines = await spackLines(name);
  return [...lines.flatMap(({ line, stream }) => parser.line(line, stream)), ...parser.end()];
}

describe("pushParser (unit)", () => {
  it("counts what was pushed", async () => {
    const events = await pushed("push");
    expect(events[0]).toEqual({
      kind: "selected",
      count: 9,
      url: "file:///opt/bazel_cache/spack_buildcache",
    });
    const done = events.filter((event) => event.kind === "pushed");
    expect(done).toHaveLength(9);
    expect(done.at(-1)).toEqual({
      ...{ kind: "pushed", index: 9, total: 9 },
      package: { name: "demo-cli", version: "0.9.0", hash: "aunp3vl" },
    });
    expect(events.find((event) => event.kind === "warning")).toMatchObject({
      why: expect.stringContaining("missing layout.json"),
    });
  });

  it("knows when there was nothing to push", async () => {
    expect((await pushed("push-again")).map(({ kind }) => kind)).toEqual(["selected", "complete"]);
  });

  it("says of each failure why", async () => {
    const events = await pushed("push-fail");
    expect(events.filter(({ kind }) => kind === "failed")).toHaveLength(9);
    expect(events.find((event) => event.kind === "reason")).toEqual({
      kind: "reason",
      package: { name: "demo-patched", version: "2.0", hash: "fwlkf2k" },
      why: "FileNotFoundError: [Errno 2] No such file or directory: '/proc/nowhere'",
    });
  });
});

describe("parseConcretizeOutput (unit)", () => {
  it("reads the solution", async () => {
    const { changed, roots, specs } = parseConcretizeOutput(await stdoutOf("concretize"));
    expect({ changed, roots }).toEqual({ changed: true, roots: 3 });
    expect(specs.map(({ state, hash, depth }) => `${state} ${hash} ${depth}`)).toEqual([
      "installed 4izdeto 0",
      "installed gurfv6m 1",
      "external 7hpvzmw 1",
      "installed wxurxih 1",
      "external 2dxfl3z 1",
      "missing p3vepzu 0",
      "missing 4hwpghg 0",
    ]);
    expect(specs[0]?.spec).toMatch(/^demo-base@1\.3\.0\+shared build_system=generic .* %c=gcc@12\.2\.0$/);
  });

  it("knows a lock that is left alone", async () => {
    expect(parseConcretizeOutput(await stdoutOf("concretize-again"))).toEqual({
      ...{ changed: false, roots: 0, specs: [] },
    });
  });
});

describe("timesLine (unit)", () => {
  it.each([
    ["  Stage: 0.04s.  Install: 0.00s.  Post-install: 0.03s.  Total: 0.19s", 0.19, 3],
    ["  Autoreconf: 1m 2.50s.  Build: 2h 3m 4.00s.  Total: 2h 4m 6.50s", 7446.5, 2],
    ["  Total: 3m", 180, 0],
  ])("reads %s", (line, total, phases) => {
    const times = timesLine(line);
    expect(times?.seconds).toBe(total);
    expect(Object.keys(times?.phases ?? {})).toHaveLength(phases);
  });

  it.each(["==> Total: 3s", "Total: 3s", "  Stage: 0.04s."])("leaves %s alone", (line) => {
    expect(timesLine(line)).toBeUndefined();
  });
});

async function stdoutOf(name: string): Promise<string> {
  const lines = await spackLines(name);
  return lines.map(({ line, stream }) => (stream === "stdout" ? `${line}\n` : "")).join("");
}
