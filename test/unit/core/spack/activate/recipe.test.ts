import { describe, expect, it } from "vitest";
import type { EnvironmentChange } from "../../../../../extension/core/spack/activate/changes.ts";
import { runRecipeFunction } from "../../../../../extension/core/spack/activate/recipe/evaluate.ts";
import { readRecipeSource } from "../../../../../extension/core/spack/activate/recipe/recipe.ts";
import { UnsupportedPython } from "../../../../../extension/core/spack/activate/recipe/tokens.ts";
import type { RecipeWorld } from "../../../../../extension/core/spack/activate/recipe/world.ts";
import type { LockNode } from "../../../../../extension/core/spack/lockfile/lockfile.ts";

const plain: LockNode = {
  ...{ hash: "h", name: "demo", version: "1.2.3", namespace: "builtin", platform: "linux", os: "debian12" },
  ...{ target: "x86_64", variants: {}, flags: {}, dependencies: [], external: undefined, patches: [] },
  ...{ packageHash: undefined, buildSpecHash: undefined, compiler: undefined },
};
const dependency: LockNode = { ...plain, hash: "d", name: "dep" };
const self: LockNode = {
  ...plain,
  dependencies: [{ name: "dep", hash: "d", types: ["link"], virtuals: ["mpi"], direct: false }],
};

const world: RecipeWorld = {
  node: (hash) => (hash === "d" ? dependency : undefined),
  prefix: (hash) => `/store/${hash}`,
  satisfies: (_, constraint) => (constraint === "unknown" ? undefined : constraint === "+yes"),
  isFolder: (file) => file === "/store/h/share",
  exists: (file) => file === "/store/h/file",
};

const indented = (body: string) => body.split("\n").map((line) => `        ${line}`);

function source(body: string, more = ""): string {
  return [
    "from spack_repo.builtin.build_systems.generic import Package",
    "from spack.package import *",
    "",
    "class Demo(Package):",
    '    """It has a : and a "quote"."""',
    more,
    "    def setup_run_environment(self, env: EnvironmentModifications) -> None:",
    ...indented(body),
    "",
  ].join("\n");
}

function run(body: string, more = ""): readonly EnvironmentChange[] {
  const { code, unclear } = readRecipeSource("demo", source(body, more));
  if (code === undefined) throw new Error(unclear ?? "no code");
  return runRecipeFunction({ recipe: code, self, world }, "setup_run_environment");
}

/** The value that `X` is set to. */
function setTo(expression: string, more = ""): unknown {
  const [change] = run(`env.set("X", ${expression})`, more);
  return change?.kind === "set" ? change.value : change;
}

describe("recipes' environments (unit)", () => {
  it.each([
    ['"a" "b"', "ab"],
    ["r'a\\b'", "a\\b"],
    ["'it\\'s'", "it's"],
    ["self.prefix", "/store/h"],
    ["self.prefix.lib64.cmake", "/store/h/lib64/cmake"],
    ['self.prefix.lib.join("x")', "/store/h/lib/x"],
    ['join_path(self.prefix, "a", "b")', "/store/h/a/b"],
    ['os.path.join(self.prefix, "/b")', "/b"],
    ['self.spec["dep"].prefix.bin', "/store/d/bin"],
    ['self.spec["mpi"].prefix', "/store/d"],
    ["self.spec.prefix", "/store/h"],
    ["str(self.version)", "1.2.3"],
    ["str(self.spec.version.up_to(2))", "1.2"],
    ["f'{self.name}-{{x}}-{self.prefix.bin}'", "demo-{x}-/store/h/bin"],
    ["'{0}/{1}'.format(self.prefix, 'x')", "/store/h/x"],
    ["'{}:{}'.format('a', 'b')", "a:b"],
    ["'%s %s' % (self.name, 'x')", "demo x"],
    ["'a' + '/' + self.name", "a/demo"],
    ["'yes' if self.spec.satisfies('+yes') else 'no'", "yes"],
    ["'yes' if not self.spec.satisfies('+no') and True else 'no'", "yes"],
    ["':'.join(['a', self.prefix.lib])", "a:/store/h/lib"],
    ["self.name.upper()", "DEMO"],
    ["'in' if '+yes' in self.spec else 'out'", "in"],
    ["'in' if '+no' in self.spec else 'out'", "out"],
    ["'in' if 'dep' in self.spec and 'mpi' in self.spec else 'out'", "in"],
    ["'in' if 'absent' in self.spec else 'out'", "out"],
    ["'there' if os.path.isdir(self.prefix.share) else 'not'", "there"],
    ["'there' if os.path.exists(self.prefix.join('file')) else 'not'", "there"],
    ["[1, 'b'][1]", "b"],
    ["(\n    'over'\n    'lines'  # a comment\n)", "overlines"],
  ])("evaluate %s", (expression, value) => {
    expect(setTo(expression)).toBe(value);
  });

  it("use the recipe's own properties and functions", () => {
    const own = [
      "    @property",
      "    def kind(self):",
      "        if self.spec.satisfies('+yes'):",
      "            return 'good'",
      "        return 'bad'",
      "    def place(self, name):",
      "        return join_path(self.prefix, name)",
    ].join("\n");
    expect(setTo("self.place(self.kind)", own)).toBe("/store/h/good");
  });

  it("run statements", () => {
    const changes = run(
      [
        "bindir = self.prefix.bin",
        "for name, folder in [('A', 'x'), ('B', 'y')]:",
        "    env.prepend_path(name, join_path(bindir, folder))",
        "if self.spec.satisfies('+no'):",
        "    env.set('WRONG', '1')",
        "elif self.spec.satisfies('+yes'):",
        "    env.append_path('P', 'z', separator=';')",
        "else:",
        "    env.set('WRONG', '2')",
        "env.append_flags('F', '-x')",
        "env.set_path('S', ['a', 'b'])",
        "env.unset('U')",
        "env.remove_path('P', 'w')",
        "return",
        "env.set('WRONG', '3')",
      ].join("\n"),
    );
    expect(changes).toEqual([
      { kind: "prepend", name: "A", value: "/store/h/bin/x", separator: ":" },
      { kind: "prepend", name: "B", value: "/store/h/bin/y", separator: ":" },
      { kind: "append", name: "P", value: "z", separator: ";" },
      { kind: "append-flags", name: "F", value: "-x", separator: " " },
      { kind: "set", name: "S", value: "a:b" },
      { kind: "unset", name: "U" },
      { kind: "remove", name: "P", value: "w", separator: ":" },
    ]);
  });

  it.each([
    "env.set('X', self.spec['absent'].prefix)",
    "env.set('X', self.compiler.cc)",
    "env.set('X', UNKNOWN)",
    "env.set('X', ','.join(d.name for d in self.spec.traverse()))",
    "for f in find(self.prefix, '*.so'):\n    env.prepend_path('P', f)",
    "try:\n    env.set('X', '1')\nexcept Exception:\n    pass",
    "if self.spec.satisfies('unknown'):\n    env.set('X', '1')",
    "env.extend(something())",
    "env.set('X', f'{self.version:>4}')",
    "env.set('X', '1', '2', '3')",
    "with working_dir(self.prefix):\n    env.set('X', '1')",
    "env.set('X', [x for x in 'ab'])",
    "while True:\n    pass",
    "import os\nenv.set('X', '1')",
    "env.set('X', '\\x41')",
    "env.set('X', '1' if self.spec else lambda: 2)",
  ])("guess nothing: %s", (body) => {
    expect(() => run(body)).toThrow(UnsupportedPython);
  });

  it("do not run for ever", () => {
    const own = "    def again(self):\n        return self.again()";
    expect(() => run("env.set('X', self.again())", own)).toThrow(UnsupportedPython);
  });

  it.each([
    ["class Demo(CMakePackage, CudaPackage):", "nothing", undefined],
    ["class Demo(IntelOneApiPackage):", "nothing", "it is a IntelOneApiPackage"],
    ["class Other(Package):", "nothing", "there is no class Demo"],
  ])("judge %s", (header, _, unclear) => {
    expect(readRecipeSource("demo", `${header}\n    homepage = "x"\n`)).toMatchObject({
      unclear,
      code: undefined,
    });
  });

  it("see what is conditional, and what a base defines", () => {
    const twice = "    @when('+yes')\n";
    expect(
      readRecipeSource("demo", source("pass").replace("    def setup_run", `${twice}    def setup_run`))
        .unclear,
    ).toBe("its setup_run_environment is conditional");
    const other = "from spack_repo.builtin.packages.x.package import X\nclass Demo(X):\n    pass\n";
    expect(readRecipeSource("demo", other).unclear).toBe("it is a X");
  });

  it("know which package is extended, and how Spack names classes", () => {
    expect(
      [...readRecipeSource("py-3to2", 'class Py3to2(PythonPackage):\n    extends("perl")\n').extended].sort(),
    ).toEqual(["perl", "python"]);
    expect(readRecipeSource("7zip", "class _7zip(Package):\n    pass\n").unclear).toBeUndefined();
    expect(readRecipeSource("r-a2-b", "class RA2B(RPackage):\n    pass\n").unclear).toBeUndefined();
  });
});
