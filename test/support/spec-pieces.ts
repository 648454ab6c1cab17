/** What random specs are made of. */

export const names = ["alib", "b", "c2", "py-d", "e_f", "gcc", "clang", "llvm", "hdf5", "0ad"] as const;
export const virtualNames = ["mpi", "c", "cxx", "fortran", "blas"] as const;
export const numbers = ["0", "1", "2", "3", "9", "10", "01", "2024", "1.2", "1.10", "1.2.3"] as const;
export const words = [
  "develop",
  "main",
  "master",
  "stable",
  "head",
  "trunk",
  "nightly",
  "a",
  "z",
  "Z",
  "rc",
  "alpha",
  "beta",
  "maste",
] as const;
export const separators = [".", "-", "_", "", "..", "."] as const;
export const variantNames = [
  "mpi",
  "shared",
  "pic",
  "build_type",
  "cuda_arch",
  "api",
  "patches",
  "dev_path",
] as const;
export const values = [
  "a",
  "b",
  "c",
  "none",
  "80",
  "90",
  "Release",
  "true",
  "False",
  "*",
  "a,b",
  "b,a",
  "a,b,a",
  "c++",
] as const;
export const quotedValues = [
  "'x y'",
  '"x y"',
  "''",
  "'a\\'b'",
  `"a'b"`,
  `'a"b'`,
  '"tab\there"',
  '"ünï"',
  "'*'",
  "'a b,c'",
  '"line\nend"',
] as const;
export const flagKinds = ["cflags", "cxxflags", "ldflags", "fflags", "cppflags", "ldlibs"] as const;
export const flagValues = [
  "-O2",
  "-g",
  "'-O2 -g'",
  '"-O3 -arch sm_90"',
  "''",
  "'x -O2'",
  "-std=c++17",
] as const;
export const targets = [
  "x86_64",
  "x86_64_v3",
  "zen3",
  "skylake",
  "aarch64",
  "x86_64:",
  ":zen3",
  "x86_64:zen4",
  "x86_64_v2:x86_64_v4",
  "zen2,zen3",
  "haswell:,aarch64",
  ":",
  "*",
] as const;
export const systems = ["debian12", "ubuntu24.04", "default_os", "fe"] as const;
export const platforms = ["linux", "darwin", "None"] as const;

const commit = "0123456789abcdef0123456789abcdef01234567";
/** What a tokenizer may stumble over. */
export const pieces: readonly string[] = [
  ...Array.from("@^%[]=:,+~-/*.'\"\\_"),
  ...[" ", " ", " ", "\t", "\n", "\u00a0", "\u3000", "\u001f", "\u0085", "\ufeff", "é", "😀"],
  ...["==", ":=", ":==", "%%", "++", "--", "~~", "^[", "%[", "%%[", "@=", "@:", "\\'"],
  ...["a", "b.c", "gcc", "n-1", "1.2", "01", "main", "rc1", "1.2-rc1", "git.x", "git.x/y", commit, "g"],
  ...["+x", "-x", "x=y", "x='y z'", "c=gcc", "c,cxx=gcc", "os=fe", "target=be", "cflags=-g", "namespace=n"],
  ...[
    "virtuals=c",
    "deptypes=build",
    "when=+x",
    "when='@1'",
    "]c=gcc",
    "/abc",
    "./x.json",
    "d/x.yaml",
    ".json",
  ],
];
