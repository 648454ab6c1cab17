import { cpSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { activeFailures, readFailures } from "../../../../../extension/core/spack/store/failures.ts";
import { logErrors } from "../../../../../extension/core/spack/store/log-errors.ts";
import { spackFixture } from "../../../../support/spack-fixtures.ts";
import { translation } from "../../../../support/spack-store.ts";

const hash = "btytrvxikchddwhg75spequpae43ljuw";
const log = readFileSync(spackFixture("failing-log", "spack-build-out.txt"), "utf8");

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sygaldry größe-"));
  cpSync(spackFixture("failing", ".spack-db"), path.join(root, ".spack-db"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const paths = () => translation("/opt/spack_store", root);
const marker = `/opt/spack_store/.spack-db/failures/demo-fail-${hash}`;

describe("readFailures (unit)", () => {
  test("reads a mark, and says where it looked for a log that is gone", async () => {
    await utimes(paths().local(marker), 1000, 2000.5);
    expect(await readFailures("/opt/spack_store", { stages: ["/tmp/a", "/tmp/b"], paths: paths() })).toEqual([
      {
        hash,
        name: "demo-fail",
        version: "0.1",
        at: 2000.5,
        marker,
        log: { state: "gone", looked: ["/tmp/a", "/tmp/b"] },
      },
    ]);
  });

  test.each([
    [
      "at the stage's root",
      "stage",
      ["spack-build-out.txt", "spack-build-01-install-out.txt"],
      ["spack-build-out.txt"],
    ],
    ["below the user's name", "stage/somebody", ["spack-build-out.txt"], ["spack-build-out.txt"]],
    [
      "of a build that died between phases",
      "stage",
      ["spack-build-02-build-out.txt", "spack-build-01-configure-out.txt", "spack-build-env.txt"],
      ["spack-build-01-configure-out.txt", "spack-build-02-build-out.txt"],
    ],
  ])("finds the log %s", async (_, where, files, logs) => {
    const stage = path.join(root, where, `spack-stage-demo-fail-0.1-${hash}`);
    await mkdir(stage, { recursive: true });
    for (const file of files) await writeFile(path.join(stage, file), log);
    const site = `/opt/spack_store/${where}/spack-stage-demo-fail-0.1-${hash}`;
    const [failure] = await readFailures("/opt/spack_store", {
      stages: ["/nowhere", "/opt/spack_store/stage"],
      paths: paths(),
    });
    expect(failure?.log).toEqual({
      state: "there",
      stage: site,
      files: logs.map((file) => `${site}/${file}`),
    });
  });

  test("takes a damaged mark by its name, and leaves out what is no mark", async () => {
    const folder = path.dirname(paths().local(marker));
    for (const text of ["{", "[]", '{"spec":{"nodes":7}}', '{"spec":{"nodes":[null,{"hash":1}]}}']) {
      await writeFile(paths().local(marker), text);
      await writeFile(path.join(folder, "README"), text);
      expect(await readFailures(root, { stages: [] })).toMatchObject([
        { name: "demo-fail", hash, version: undefined },
      ]);
    }
  });

  test("a store without marks has none; marks that cannot be read are an error", async () => {
    await rm(path.dirname(paths().local(marker)), { recursive: true });
    expect(await readFailures(root, { stages: [] })).toEqual([]);
    await writeFile(path.join(root, "x"), "");
    expect(await readFailures(path.join(root, "x"), { stages: [] })).toEqual([]);
  });

  test("only those count whose package was not installed since", async () => {
    const failures = await readFailures(root, { stages: [] });
    const record = (installed: boolean) => ({
      hash,
      name: "demo-fail",
      version: "0.1",
      prefix: undefined,
      installed,
      explicit: false,
      external: false,
      refCount: 0,
      installedAt: undefined,
      deprecatedFor: undefined,
    });
    const database = (installed: boolean) => ({
      root,
      file: root,
      version: 8,
      verifier: undefined,
      records: new Map([[hash, record(installed)]]),
    });
    expect(activeFailures(failures, database(true))).toEqual([]);
    expect(activeFailures(failures, database(false))).toHaveLength(1);
    expect(activeFailures(failures, undefined)).toHaveLength(1);
  });
});

describe("logErrors (unit)", () => {
  test("finds the one error in a real log, with its place and the lines around it", () => {
    expect(logErrors(log, { context: 1 })).toEqual([
      {
        line: 8,
        text: "bad.c:2:44: error: expected ';' before '}' token",
        source: { file: "bad.c", line: 2, column: 44 },
        context: [
          { line: 7, text: "      |                         demo_base_add" },
          { line: 8, text: "bad.c:2:44: error: expected ';' before '}' token" },
          { line: 9, text: "    2 | int main(void) { return demo_base_mul(2, 3) }" },
        ],
      },
    ]);
  });

  test.each([
    "/usr/include/x.h:3:10: fatal error: hdf5.h: No such file or directory",
    'x.cu(12): error: identifier "foo" is undefined',
    "/tmp/a.o: in function `main': undefined reference to `H5Fopen'"
      .replace("in", "x.c:(.text+0x1): in")
      .replace(": undefined", ": undefined"),
    "/usr/bin/ld: cannot find -lopenblas: No such file or directory",
    "collect2: error: ld returned 1 exit status",
    "Error: Rank mismatch in argument 'x' at (1)",
    "make[2]: *** [CMakeFiles/x.dir/build.make:76: CMakeFiles/x.dir/a.c.o] Error 1",
    "make: *** No rule to make target 'install'.  Stop.",
    "ninja: build stopped: subcommand failed.",
    "FAILED: src/CMakeFiles/x.dir/a.cpp.o ",
    "CMake Error at CMakeLists.txt:3 (find_package):",
    "configure: error: C compiler cannot create executables",
    'meson.build:4:0: ERROR: Dependency "glib" not found',
    "ModuleNotFoundError: No module named 'setuptools'",
    "error[E0308]: mismatched types",
    "thread 'main' panicked at src/main.rs:2:5:",
    "./configure: line 12: foo: command not found",
    "c++: fatal error: Killed signal terminated program cc1plus",
    "cp: error writing 'x': No space left on device",
    "\u001b[1m\u001b[31mbad.c:1:1: error: \u001b[0mno\r",
    "==> Error: ProcessError: Command exited with status 1:",
  ])("recognises %s", (line) => {
    const text = ["all is well", "checking for x... no", line, "more", ""].join("\n");
    expect(logErrors(text).map((error) => error.line)).toEqual([3]);
  });

  test.each([
    "a.c:2:3: warning: implicit declaration [-Werror=implicit]",
    "gcc -Werror=format -Wno-error -c a.c",
    "checking whether gcc reports error: messages... yes",
    "-- Performing Test HAVE_ERROR_H - Failed",
    "a.c:3:1: note: in expansion of macro 'ERROR'",
    "[ 50%] Building C object error.c.o",
    "0 errors, 3 warnings",
    "test_error_handling ... ok",
  ])("is not led astray by %s", (line) => {
    const found = logErrors(`${line}\nthe last line\n`);
    expect(found.map((error) => error.text)).toEqual(["the last line"]);
  });

  test("keeps the first errors, and gives the end of a log that shows none", () => {
    const many = Array.from({ length: 50 }, (_, n) => `a.c:${n}:1: error: no`).join("\n");
    expect(logErrors(many, { limit: 3 }).map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(logErrors("one\ntwo\n\n  \n")).toMatchObject([{ line: 2, text: "two" }]);
    expect(logErrors("")).toEqual([]);
  });

  test("is quick with a log that is one long line", () => {
    expect(logErrors(`${"a:1".repeat(500_000)}\nx.c:1:2: error: no\n`).map(({ line }) => line)).toEqual([2]);
  });
});
