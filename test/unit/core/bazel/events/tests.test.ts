import { describe, expect, it } from "vitest";
import { recorded, states } from "./fixture.ts";

describe("the tests of a build (unit)", () => {
  it("tells statuses, attempts and shards", async () => {
    const build = await recorded("7.7.1/tests");
    const found = build.tests.map(({ label, status, shards, attempts }) => [
      ...[label, status, shards],
      attempts.map((one) => `${one.shard}/${one.attempt} ${one.status}`).join(" "),
    ]);
    expect(found.sort(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ["//tests:fail", "FAILED", 1, "1/1 FAILED"],
      ["//tests:flaky", "FLAKY", 1, "1/1 FAILED 1/2 PASSED"],
      ["//tests:pass", "PASSED", 1, "1/1 PASSED"],
      ["//tests:sharded", "PASSED", 2, "1/1 PASSED 2/1 PASSED"],
      ["//tests:slow", "TIMEOUT", 1, "1/1 TIMEOUT"],
    ]);
    expect(states(build)).toMatchObject({ "//tests:skipped": "skipped", "//tests:no_build": "failed" });
  });

  it("has logs, times and strategies", async () => {
    const { tests } = await recorded("7.7.1/tests");
    const [attempt] = tests.find(({ label }) => label === "//tests:slow")?.attempts ?? [];
    const folder = "/cap/ob1/execroot/_main/bazel-out/k8-fastbuild/testlogs/tests/slow";
    expect(attempt).toMatchObject({ log: `${folder}/test.log`, xml: `${folder}/test.xml` });
    expect(attempt).toMatchObject({ seconds: 3.012, strategy: "processwrapper-sandbox", cached: undefined });
  });

  it("knows from which cache a result is", async () => {
    const local = (await recorded("7.7.1/cached")).tests;
    expect(local.map(({ cached }) => cached)).toEqual(["local", "local"]);
    const [disk] = (await recorded("7.7.1/disk-cache")).tests;
    expect([disk?.cached, disk?.attempts[0]?.strategy]).toEqual(["remote", "disk cache hit"]);
    const [remote] = (await recorded("7.7.1/remote-cache")).tests;
    expect([remote?.cached, remote?.attempts[0]?.strategy]).toEqual(["remote", "remote cache hit"]);
  });

  it("counts runs", async () => {
    const [test] = (await recorded("7.7.1/runs")).tests;
    expect([test?.runs, test?.attempts.map(({ run }) => run)]).toEqual([2, [1, 2]]);
  });

  it("tells that there were none", async () => {
    const build = await recorded("7.7.1/no-tests");
    expect([build.exit?.name, build.tests]).toEqual(["NO_TESTS_FOUND", []]);
  });
});
