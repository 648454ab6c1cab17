import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jsonObjects } from "../../../../../extension/core/bazel/profile/json-objects.ts";
import { readProfile } from "../../../../../extension/core/bazel/profile/read-profile.ts";
import { inRepository } from "../../../../support/paths.ts";

const fixture = (name: string) => inRepository("test/fixtures/bazel/profile", `${name}.gz`);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sygaldry-profile-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("reading profiles (unit)", () => {
  it("tells phases, the critical path and the slowest actions of 7.7.1", async () => {
    const profile = await readProfile(fixture("7.7.1"), { top: 2 });
    expect(profile).toMatchObject({ complete: true, outputBase: "/cap/ob1" });
    expect(profile.seconds).toBeCloseTo(6.185, 3);
    expect(profile.phases.map(({ name, seconds }) => `${name} ${seconds.toFixed(3)}`)).toEqual([
      ...["Launch Bazel 0.028", "Initialize command 0.546", "Evaluate target patterns 0.961"],
      ...["Load, analyze dependencies and build artifacts 4.608", "Complete build 0.042"],
    ]);
    expect(profile.criticalPath.seconds).toBeCloseTo(0.419, 3);
    expect(profile.criticalPath.parts[0]).toEqual({ name: "Compiling lib/good.cc", seconds: 0.17071 });
    expect(profile.slowest.map(({ name, mnemonic, seconds }) => [name, mnemonic, seconds])).toEqual([
      ["Compiling lib/good_test.cc", "CppCompile", 0.244927],
      ["Compiling lib/hello.cc", "CppCompile", 0.234039],
    ]);
    expect(profile.actions.count).toBe(19);
    expect(profile.mnemonics[0]).toMatchObject({ name: "CppCompile", count: 3 });
    expect(profile.caches.checks.count).toBe(7);
    expect(profile.garbage).toMatchObject({ count: 6, full: 0 });
    expect(profile.threads[0]).toMatchObject({ name: "skyframe-evaluator-execution-0", count: 9 });
  });

  it("reads 4.2.3, which names no mnemonics", async () => {
    const profile = await readProfile(fixture("4.2.3"));
    expect(profile).toMatchObject({ complete: true, bazel: undefined, mnemonics: [] });
    expect(profile.phases.map(({ name }) => name)).toContain("Build artifacts");
    expect(profile.slowest[0]?.name).toMatch(/^(Compiling|Linking) /);
  });

  it("is the same whether packed or not, however it is laid out", async () => {
    const whole = await readProfile(fixture("7.7.1-disk-cache"));
    const text = gunzipSync(await readFile(fixture("7.7.1-disk-cache"))).toString();
    for (const laidOut of [
      text,
      JSON.stringify(JSON.parse(text)),
      JSON.stringify(JSON.parse(text), null, 4),
    ]) {
      const file = path.join(folder, "profile.json");
      await writeFile(file, laidOut);
      expect(await readProfile(file)).toEqual(whole);
    }
  });

  it("goes as far as a file that is cut off, packed or not", async () => {
    const packed = await readFile(fixture("7.7.1"));
    const file = path.join(folder, "cut.gz");
    await writeFile(file, packed.subarray(0, packed.length / 2));
    const half = await readProfile(file);
    expect(half.complete).toBe(false);
    expect(half.categories.length).toBeGreaterThan(0);
    await writeFile(file, packed.subarray(0, 10));
    expect(await readProfile(file)).toMatchObject({ complete: false, seconds: 0, slowest: [] });
  });

  it("refuses what is none", async () => {
    const file = path.join(folder, "none");
    await writeFile(file, "no profile\n");
    await expect(readProfile(file)).rejects.toMatchObject({ code: "SYG-FILE" });
    await writeFile(file, Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
    await expect(readProfile(file)).rejects.toMatchObject({ code: "SYG-FILE" });
    await expect(readProfile("/nowhere/profile")).rejects.toMatchObject({ code: "SYG-FILE" });
  });
});

describe("the objects of a document (unit)", () => {
  const document = '{"a":{"x":"}{\\"\\\\"},\n "b":[{"y":{"z":"ü"}},{"w":"\\\\"} , {}], "c": "{"}';
  const objects = ['{"x":"}{\\"\\\\"}', '{"y":{"z":"ü"}}', '{"w":"\\\\"}', "{}"];

  it("are found wherever it is cut", () => {
    const bytes = Buffer.from(document);
    for (let size = 1; size <= bytes.length; size += 1) {
      const take = jsonObjects();
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...take(bytes.subarray(at, at + size)));
      expect(found).toEqual(objects);
    }
  });
});
