import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { SygaldryError } from "../../../extension/core/base/errors.ts";
import { readLockfile } from "../../../extension/core/spack/lockfile/read-lockfile.ts";
import { concretizeCommand, createCommand, pushCommand } from "../../../extension/core/spack/run/commands.ts";
import { parseConcretizeOutput } from "../../../extension/core/spack/run/concretize-output.ts";
import type { InstallEvent } from "../../../extension/core/spack/run/events.ts";
import {
  type InstallOutcome,
  type InstallRequest,
  installEnvironment,
} from "../../../extension/core/spack/run/install.ts";
import { runSpackChecked } from "../../../extension/core/spack/run/run-spack.ts";
import { requires } from "../../support/requirements.ts";
import { createSpackPlace, type SpackPlace } from "../../support/spack-place.ts";
import { processesWith } from "../engine/support.ts";

requires("linux", "spack")("Spack, really run (integration)", () => {
  let place: SpackPlace;
  let demo = "";
  beforeAll(async () => {
    place = await createSpackPlace();
    demo = await place.environmentOf("demo", { specs: ["demo-cli", "py-demo-stats"] });
  });
  afterAll(async () => place[Symbol.asyncDispose]());

  async function install(
    at: SpackPlace,
    environment: string,
    options: Partial<InstallRequest> & { readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly events: readonly InstallEvent[]; readonly outcome: InstallOutcome | SygaldryError }> {
    const loaded = await readLockfile(path.join(environment, "spack.lock"));
    const events: InstallEvent[] = [];
    const { signal, onEvent, ...more } = options;
    const request: InstallRequest = {
      ...{ spack: at.spack, environment, lock: loaded?.lock ?? { nodes: new Map() } },
      installed: async () => new Set((await at.installed()).keys()),
      onEvent: (event, progress) => {
        events.push(event);
        onEvent?.(event, progress);
      },
      ...more,
    };
    const outcome = await installEnvironment(at.site, request, signal === undefined ? {} : { signal }).catch(
      (error: unknown) => {
        if (error instanceof SygaldryError) return error;
        throw error;
      },
    );
    return { events, outcome };
  }

  it("solves, installs from source, and has nothing to do the second time", async () => {
    const solved = await runSpackChecked(place.site, concretizeCommand(place.spack, demo));
    expect(parseConcretizeOutput(solved.stdout)).toMatchObject({ changed: true, roots: 2 });
    const again = await runSpackChecked(place.site, concretizeCommand(place.spack, demo));
    expect(parseConcretizeOutput(again.stdout)).toMatchObject({ changed: false });

    const { outcome, events } = await install(place, demo, { jobs: 1 });
    expect(outcome).toMatchObject({ progress: { done: 9, total: 9, running: 0, failed: 0 } });
    const done = events.filter((event) => event.kind === "installed");
    expect(done).toHaveLength(9);
    const prefixes = await place.installed();
    for (const { package: id, prefix, from, seconds } of done) {
      expect(prefix).toBe(prefixes.get(id.hash));
      expect({ from, timed: typeof seconds }).toEqual({ from: "source", timed: "number" });
    }
    const second = await install(place, demo);
    expect(second.outcome).toMatchObject({ progress: { total: 0 } });
    expect(second.events.filter(({ kind }) => kind !== "present")).toEqual([]);
  });

  it("pushes to a build cache, and installs from there into another store", async () => {
    const cache = path.join(place.folder, "cache");
    const push = { mirror: cache, sign: false, updateIndex: true };
    await runSpackChecked(place.site, pushCommand(place.spack, demo, push));
    const other = await place.withStore("stor2", { local: `file://${cache}` });
    const { outcome, events } = await install(other, demo, { cache: "only" });
    expect(outcome).toMatchObject({ progress: { failed: 0, running: 0 } });
    const done = events.filter((event) => event.kind === "installed");
    expect(done.every(({ from }) => from === "cache")).toBe(true);
    expect(done.map(({ package: { name } }) => name)).toEqual(
      expect.arrayContaining(["demo-cli", "demo-math"]),
    );
    for (const { prefix } of done) expect(prefix).toMatch(new RegExp(`^${other.store}/`));
  });

  it("tells what fails, why, and where the log is; and what therefore is not tried", async () => {
    const failing = await place.environmentOf("failing", { specs: ["demo-fail", "demo-top", "demo-gen"] });
    await place.concretize(failing);
    const { outcome, events } = await install(place, failing);
    expect(outcome).toMatchObject({ code: "SYG-SPACK", message: expect.stringContaining("exited with 1") });
    const failure = events.find((event) => event.kind === "failed");
    expect(failure).toMatchObject({ package: { name: "demo-fail" } });
    expect(existsSync(failure?.log ?? "")).toBe(true);
    const marked = failure?.excerpt.filter(({ marked }) => marked);
    expect(marked).toMatchObject([{ text: expect.stringMatching(/^bad\.c:2:\d+: error: expected/) }]);
    expect(events.find((event) => event.kind === "skipped")).toMatchObject({ package: { name: "demo-top" } });
  });

  it("cancels the whole tree in the middle of a build, and the next installation goes on", async () => {
    const slow = await place.environmentOf("slow", { specs: ["demo-slow"] });
    await place.concretize(slow);
    const seconds = 4321;
    await writeFile(path.join(place.folder, "seconds"), `${seconds}\n`);
    const abort = new AbortController();
    const building = until(async () => (await processesWith(`sleep ${seconds}`)).length > 0);
    const cancelled = install(place, slow, { signal: abort.signal });
    await building;
    abort.abort();
    expect((await cancelled).outcome).toMatchObject({ code: "SYG-CANCELLED" });
    expect(await processesWith(`sleep ${seconds}`)).toEqual([]);
    expect(await processesWith(slow)).toEqual([]);
    await writeFile(path.join(place.folder, "seconds"), "0\n");
    const { outcome, events } = await install(place, slow);
    expect(outcome).toMatchObject({ progress: { done: 1, total: 1, failed: 0 } });
    const prefix =
      events.flatMap((event) => (event.kind === "installed" ? [event.prefix ?? ""] : []))[0] ?? "";
    expect((await readdir(path.join(prefix, "bin"))).sort()).toEqual(["demo-slow", "half"]);
  });

  it("makes an environment", async () => {
    const made = path.join(place.folder, "made anew");
    const from = path.join(demo, "spack.yaml");
    await runSpackChecked(place.site, createCommand(place.spack, { at: { directory: made }, from }));
    expect(existsSync(path.join(made, "spack.yaml"))).toBe(true);
    const again = runSpackChecked(place.site, createCommand(place.spack, { at: { directory: made } }));
    await expect(again).rejects.toMatchObject({
      ...{ code: "SYG-SPACK", message: expect.stringContaining("already exists") },
    });
  });

  it("says why an environment cannot be solved, in Spack's words and without its credentials", async () => {
    const impossible = await place.environmentOf("impossible", { specs: ["demo-none"] });
    const error: unknown = await runSpackChecked(
      place.site,
      concretizeCommand(place.spack, impossible),
    ).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "SYG-SPACK", message: expect.stringContaining("demo-none") });
    const mirror = "oci://me:s3cr3tword@127.0.0.1:1/x";
    const push = runSpackChecked(place.site, pushCommand(place.spack, demo, { mirror, sign: false }), {
      secrets: ["s3cr3tword"],
    });
    const refused = z.instanceof(SygaldryError).parse(await push.catch((reason: unknown) => reason));
    expect(JSON.stringify([refused.message, refused.data])).not.toContain("s3cr3tword");
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
