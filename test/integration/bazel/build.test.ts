import { chmod, cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bazel, type BazelWorkspace, startBazel } from "../../support/bazel.ts";
import { eventsPrograms, eventsWorkspace } from "../../support/bazel-events.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";

interface Built {
  readonly success: boolean;
  readonly exit: { readonly code: number; readonly name: string };
  readonly targets: readonly { readonly label: string; readonly state: string }[];
  readonly failures: readonly {
    readonly label: string;
    readonly problems: readonly { readonly file: string; readonly line: number | null }[];
  }[];
  readonly tests: readonly {
    readonly label: string;
    readonly status: string;
    readonly cached: string | null;
    readonly attempts: readonly { readonly log: string; readonly excerpt: string | null }[];
  }[];
  readonly problems: readonly { readonly file: string | null; readonly line: number | null }[];
  readonly metrics: { readonly caches: Readonly<Record<string, number | null>> } | null;
  readonly profile: string;
}

/** A remote cache by HTTP as Bazel asks for one: GET and PUT of /ac and /cas. */
const httpCache = `import http.server, sys
class Cache(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store = {}
    def do_GET(self):
        body = self.store.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")
    def do_PUT(self):
        self.store[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Cache).serve_forever()
`;

requires("linux", "bazel")("sygaldry bazel build, test and run with a real Bazel (integration)", () => {
  let bazel: Bazel;
  let at: BazelWorkspace;
  let cli: readonly string[];

  beforeAll(async () => {
    bazel = await startBazel();
    const node = path.join(bazel.folder, "node");
    await cp(process.execPath, node);
    await cp(inRepository("dist"), path.join(bazel.folder, "dist"), { recursive: true });
    await writeFile(path.join(bazel.folder, "cache.py"), httpCache);
    const environment = [`XDG_CACHE_HOME=${bazel.folder}/cache`, "NO_COLOR=1", "TOKEN=secret-of-the-client"];
    cli = ["env", ...environment, node, `${bazel.folder}/dist/cli.cjs`, "bazel"];
    at = await bazel.workspace("events", eventsWorkspace);
    for (const name of eventsPrograms) await chmod(path.join(at.path, name), 0o755);
  });
  afterAll(async () => bazel?.[Symbol.asyncDispose]());

  const exec = (...args: readonly string[]) => bazel.exec([...cli, ...args], at.path);
  const built = async (...args: readonly string[]) => {
    const { stdout, stderr, exitCode } = await exec(...args, "--json");
    const result = { exitCode, stderr, ...(JSON.parse(stdout) as Built) };
    expect(result.exit.code, stderr).toBeDefined();
    return result;
  };
  const states = ({ targets }: Built) =>
    Object.fromEntries(targets.map(({ label, state }) => [label, state]));

  it("builds what can be, and names what fails by place", async () => {
    const one = await built("build", "-k", "//lib:all", "//broken:all", "//cycle:a", "//unknown:all");
    expect([one.exitCode, one.exit]).toMatchObject([1, { code: 1, name: "BUILD_FAILURE" }]);
    expect(states(one)).toMatchObject({
      ...{ "//lib:hello": "built", "//lib:bad": "failed", "//lib:uses_bad": "failed" },
      ...{ "//cycle:a": "aborted", "//unknown:wants": "aborted" },
    });
    const places = Object.fromEntries(
      one.failures.map(({ label, problems }) => [label, problems.map(({ file, line }) => `${file}:${line}`)]),
    );
    expect(places).toMatchObject({
      "//lib:bad": ["lib/bad.cc:5", "lib/bad.cc:7", "lib/bad.cc:3"],
      "//lib:python_bad": ["lib/fails.py:2"],
      "//lib:java_bad": ["lib/Bad.java:3"],
    });
    expect(one.problems.map(({ file, line }) => `${file}:${line}`)).toEqual(
      expect.arrayContaining(["broken/BUILD.bazel:3", "unknown/BUILD.bazel:1"]),
    );
  });

  it("tells people the same in plain lines, what failed first", async () => {
    const { stdout, stderr, exitCode } = await exec("build", "//lib:bad");
    expect(exitCode).toBe(1);
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      "✗ //lib:bad CppCompile exited with 1",
      "  lib/bad.cc:5:15: 'class std::vector<int>' has no member named 'sise'; did you mean 'size'?",
    ]);
    expect(stdout).toContain("✗ build: the build failed (Bazel's BUILD_FAILURE, 1)");
    expect(stderr).toContain("✗ //lib:bad CppCompile");
  });

  it("passes Bazel's options on, and shares the user's server and output base", async () => {
    expect((await built("build", "-c", "opt", "//lib:hello")).success).toBe(true);
    expect((await exec("build", "--nonsense")).exitCode).toBe(2);
    const own = async (key: string) =>
      (await bazel.exec(["env", `XDG_CACHE_HOME=${bazel.folder}/cache`, "bazel", "info", key], at.path))
        .stdout;
    const ours = await exec("info", "server.pid", "output_base");
    expect(ours.stdout).toBe(
      `server.pid: ${await own("server_pid")}output_base: ${await own("output_base")}`,
    );
  });

  it("tells statuses of tests, and why they failed", async () => {
    const one = await built("test", "-k", "//tests:all", "--test_timeout=3", "--nocache_test_results");
    const status = Object.fromEntries(one.tests.map(({ label, status: said }) => [label, said]));
    expect(status).toEqual({
      ...{ "//tests:pass": "PASSED", "//tests:fail": "FAILED", "//tests:slow": "TIMEOUT" },
      ...{ "//tests:flaky": "FLAKY", "//tests:sharded": "PASSED" },
    });
    expect(states(one)).toMatchObject({ "//tests:skipped": "skipped", "//tests:no_build": "failed" });
    const [attempt] = one.tests.find(({ label }) => label === "//tests:fail")?.attempts ?? [];
    expect(attempt?.excerpt).toContain("tests/fail.sh:3: expected 4, got 5");
    const { stdout } = await exec("test", "//tests:fail");
    expect(stdout).toMatch(/^✗ \/\/tests:fail FAILED \(\/.*test\.log\)\n {2}comparing\n/);
    expect((await built("test", "//lib:hello")).exit.name).toBe("NO_TESTS_FOUND");
  });

  it("knows local, disk and remote hits", async () => {
    const tests = ["//lib:good_test", "//lib:hello"];
    await built("test", ...tests);
    const again = await built("test", ...tests);
    expect(again.tests.map(({ cached }) => cached)).toEqual(["local"]);
    const other = ["--startup", `--output_base=${bazel.folder}/second`];
    const disk = await built("test", ...other, ...tests);
    expect(disk.metrics?.caches).toMatchObject({ executed: 0, remote: 0, ratio: 1 });
    expect(disk.metrics?.caches["disk"]).toBeGreaterThan(4);
    const serve =
      "nohup python3 cache.py 8125 >/dev/null 2>&1 & until python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 8125))' 2>/dev/null; do sleep 0.1; done";
    await bazel.exec(["sh", "-c", serve]);
    const remote = ["--disk_cache=", "--remote_cache=http://127.0.0.1:8125", "//lib:good_test"];
    const third = ["--startup", `--output_base=${bazel.folder}/third`];
    await built("test", ...third, ...remote);
    await bazel.exec(["bazel", `--output_base=${bazel.folder}/third`, "clean"], at.path);
    const hits = await built("test", ...third, ...remote);
    expect(hits.metrics?.caches).toMatchObject({ executed: 0, disk: 0, ratio: 1 });
    expect(hits.tests.map(({ cached }) => cached)).toEqual(["remote"]);
  });

  it("runs the program with its arguments, input and exit code", async () => {
    const { stdout, exitCode } = await exec("run", "//lib:hello", "--", "--json", "two words", "7");
    expect([exitCode, stdout]).toEqual([7, "argument --json\nargument two words\nargument 7\n"]);
    const failed = await built("run", "//lib:uses_bad");
    expect([failed.exitCode, failed.exit.name]).toEqual([1, "BUILD_FAILURE"]);
    await at.write({
      "cat/BUILD.bazel": 'sh_binary(name = "cat", srcs = ["cat.sh"])\n',
      "cat/cat.sh": "#!/bin/sh\ncat\n",
    });
    await chmod(path.join(at.path, "cat/cat.sh"), 0o755);
    const piped = await bazel.exec(["sh", "-c", 'echo typed | "$@"', "sh", ...cli, "run", "//cat"], at.path);
    expect([piped.exitCode, piped.stdout]).toEqual([0, "typed\n"]);
  });

  it("tells of a server that is at work without waiting, interrupts its build, and leaves it", async () => {
    const started = path.join(bazel.folder, "started");
    await at.write({
      "slow/BUILD.bazel": `genrule(name = "slow", outs = ["o"], cmd = "touch ${started}; sleep 1000", local = True)\n`,
    });
    const server = async () => (await exec("info", "server.pid")).stdout.trim();
    await built("build", "//lib:hello");
    const before = await server();
    const wait = `until [ -e ${started} ]; do sleep 0.1; done`;
    const script = `"$@" build //slow & build=$!; ${wait}; "$@" info server.running; "$@" info --start --json; kill -INT $build; wait $build`;
    const { exitCode, stdout, stderr } = await bazel.exec(
      ["setsid", "-w", "sh", "-c", script, "sh", ...cli],
      at.path,
    );
    expect([exitCode, stderr.trim().split("\n").at(-1)]).toEqual([130, "cancelled"]);
    const [running, asked = ""] = stdout.split("\n");
    expect([running, JSON.parse(asked)]).toMatchObject(["true", { error: { code: "SYG-LOCKED" } }]);
    expect(await server()).toBe(before);
    const left = 'for each in /proc/[0-9]*; do tr "\\0" " " < "$each/cmdline"; echo; done 2>/dev/null';
    expect((await bazel.exec(["sh", "-c", left])).stdout).not.toMatch(/sleep 1000/);
  });

  it("leaves no event files behind, and a profile that can be read", async () => {
    const one = await built("build", "//lib:hello");
    const found = await bazel.exec(["sh", "-c", `find ${bazel.folder}/cache/sygaldry -type f`]);
    expect(found.stdout.trim().split("\n")).toEqual([one.profile]);
    const { stdout } = await exec("profile", "--json", "--top", "1");
    expect(JSON.parse(stdout)).toMatchObject({ file: one.profile, complete: true, slowest: [{}] });
    expect((await exec("profile")).stdout).toContain("critical path");
  });

  it("tells of the workspace without Bazel's server", async () => {
    await at.write({ ".bazelversion": "7.9.9\n" });
    const fresh = await bazel.workspace("fresh", { "MODULE.bazel": "" });
    const run = (...args: readonly string[]) => bazel.exec([...cli, "info", ...args], fresh.path);
    const before = JSON.parse((await run("--json")).stdout) as object;
    expect(before).toMatchObject({
      ...{ workspace: fresh.path, server: { running: false, pid: null }, output_base_exists: false },
      disk_cache: { path: `${bazel.folder}/disk-cache`, exists: true },
    });
    const asked = JSON.parse((await run("--start", "--json")).stdout) as {
      output_base: string;
      bazel: object;
    };
    expect(asked.bazel).toMatchObject({ output_base: asked.output_base });
    expect(JSON.parse((await run("--json")).stdout)).toMatchObject({ server: { running: true } });
    expect((await run("nothing")).exitCode).toBe(2);
    expect((await exec("info", "version.wanted")).stdout).toBe("7.9.9\n");
    await mkdir(path.join(bazel.folder, "empty"), { recursive: true });
    expect((await bazel.exec([...cli, "info"], path.join(bazel.folder, "empty"))).exitCode).toBe(1);
  });
});
