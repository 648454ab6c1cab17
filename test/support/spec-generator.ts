/** Spec strings for comparisons with Spack: random, but the same for the same seed. */

export interface SpecCases {
  readonly specs: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
}

/** `count` specs that mostly parse, as many damaged ones and as many heaps of pieces; `count` pairs with much in common. */
export function generateSpecs(seed: number, count: number): SpecCases {
  const random = randomFrom(seed);
  const specs = times(count, () => spec(random));
  const damaged = times(count, () => damage(random, spec(random)));
  const pairs = times(count, () => {
    const left = pairSpec(random);
    return [left, random.chance(0.35) ? altered(random, left) : pairSpec(random)] as const;
  });
  const heaps = times(count, () => joined(random, 1, 8, () => random.pick(pieces), ""));
  return { specs: [...new Set([...specs, ...damaged, ...heaps])], pairs };
}

interface Random {
  readonly below: (limit: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
}

/** The mulberry32 generator. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (share) => next() < share,
    pick: (from) => from[below(from.length)] ?? from[0],
  };
}

const names = ["alib", "b", "c2", "py-d", "e_f", "gcc", "clang", "llvm", "hdf5", "0ad"] as const;
const virtualNames = ["mpi", "c", "cxx", "fortran", "blas"] as const;
const numbers = ["0", "1", "2", "3", "9", "10", "01", "2024", "1.2", "1.10", "1.2.3"] as const;
const words = [
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
const separators = [".", "-", "_", "", "..", "."] as const;
const variantNames = [
  "mpi",
  "shared",
  "pic",
  "build_type",
  "cuda_arch",
  "api",
  "patches",
  "dev_path",
] as const;
const values = [
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
const quotedValues = [
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
const flagKinds = ["cflags", "cxxflags", "ldflags", "fflags", "cppflags", "ldlibs"] as const;
const flagValues = ["-O2", "-g", "'-O2 -g'", '"-O3 -arch sm_90"', "''", "'x -O2'", "-std=c++17"] as const;
const targets = [
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
const systems = ["debian12", "ubuntu24.04", "default_os", "fe"] as const;
const platforms = ["linux", "darwin", "None"] as const;

const commit = "0123456789abcdef0123456789abcdef01234567";
/** What a tokenizer may stumble over. */
const pieces: readonly [string, ...string[]] = [
  "@",
  ..."^%[]=:,+~-/*.'\"\\_",
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

function times<T>(count: number, make: () => T): readonly T[] {
  return Array.from({ length: count }, make);
}

function joined(random: Random, least: number, most: number, make: () => string, by: string): string {
  return times(least + random.below(most - least + 1), make).join(by);
}

/** A spec with all that the language has. */
function spec(random: Random): string {
  const root = node(random, random.chance(0.85));
  const edges = random.chance(0.45) ? joined(random, 1, 3, () => edge(random), space(random)) : "";
  return edges === "" ? root : `${root}${space(random)}${edges}`;
}

function node(random: Random, named: boolean): string {
  const name = named ? packageName(random) : random.chance(0.2) ? "*" : "";
  const attributes = times(random.below(4), () => attribute(random));
  return [name, ...attributes]
    .filter((text) => text !== "")
    .reduce((text, part) => glue(random, text, part), "");
}

/** Signs may stand directly behind what comes before; words need a space. */
function glue(random: Random, text: string, part: string): string {
  return text !== "" && (/^[\w-]/.test(part) || random.chance(0.3))
    ? `${text}${space(random) || " "}${part}`
    : text + part;
}

function space(random: Random): string {
  return random.pick([" ", " ", " ", "  ", "\t", "\n"]);
}

function packageName(random: Random): string {
  const name = random.pick(names);
  return random.chance(0.1) ? `${random.pick(["builtin", "my.repo", "n-1"])}.${name}` : name;
}

function attribute(random: Random): string {
  return random.pick([
    versions,
    versions,
    switches,
    switches,
    keyValue,
    keyValue,
    flags,
    architecture,
    (given: Random) => (given.chance(0.5) ? "/abc123" : "namespace=builtin"),
  ])(random);
}

function version(random: Random): string {
  const part = () => (random.chance(0.75) ? random.pick(numbers) : random.pick(words));
  return joined(random, 1, 3, part, random.pick(separators));
}

function versionItem(random: Random): string {
  return random.pick([
    version,
    version,
    (given: Random) => `=${version(given)}`,
    (given: Random) => `${version(given)}:`,
    (given: Random) => `:${version(given)}`,
    (given: Random) => `${random.pick(numbers)}:${version(given)}`,
    () => ":",
  ])(random);
}

function versions(random: Random): string {
  if (random.chance(0.08))
    return random.pick([
      "@git.main=1.2",
      "@git.v1.0/x=develop",
      "@0123456789abcdef0123456789abcdef01234567=1.2",
      "@git.0123456789abcdef0123456789abcdef01234567",
      "@=git.main",
    ]);
  return `@${joined(random, 1, 3, () => versionItem(random), random.pick([",", ", ", " ,"]))}`;
}

function switches(random: Random): string {
  return `${random.pick(["+", "~", "-", "++", "~~", "--", "+ "])}${random.pick(variantNames)}`;
}

function keyValue(random: Random): string {
  const value = random.chance(0.75) ? random.pick(values) : random.pick(quotedValues);
  return `${random.pick(variantNames)}${random.pick(["=", "=", "=", ":=", "==", ":=="])}${value}`;
}

function flags(random: Random): string {
  return `${random.pick(flagKinds)}${random.pick(["=", "=", "=="])}${random.pick(flagValues)}`;
}

function architecture(random: Random): string {
  return random.pick([
    () => `target=${random.pick(targets)}`,
    () => `os=${random.pick(systems)}`,
    () => `platform=${random.pick(platforms)}`,
    () => `arch=${random.pick(platforms)}-${random.pick(systems)}-${random.pick(targets)}`,
    () => `arch=${random.pick(targets)}`,
  ])();
}

function edge(random: Random): string {
  const sigil = random.pick(["^", "^", "%", "%", "%%"]);
  const assignment = random.chance(0.2)
    ? `${joined(random, 1, 2, () => random.pick(virtualNames), ",")}=`
    : "";
  const child = assignment + node(random, assignment !== "" || random.chance(0.9));
  if (random.chance(0.65)) return `${sigil}${random.chance(0.2) ? " " : ""}${child}`;
  return `${sigil}[${joined(random, 0, 2, () => edgeAttribute(random), " ")}]${random.pick(["", " "])}${child}`;
}

function edgeAttribute(random: Random): string {
  return random.pick([
    () => `virtuals=${joined(random, 1, 2, () => random.pick(virtualNames), ",")}`,
    () => `deptypes=${random.pick(["build", "link", "run", "build,link", "test", "link,build"])}`,
    () => `when='${random.pick(["+mpi", "@1:2", "~shared", "%gcc", "alib+pic", "@1,3"])}'`,
    () => `when=${random.pick(["+mpi", "@1:2", "'+mpi'"])}`,
  ])();
}

/** Specs of few names and attributes, so that two of them often agree. */
function pairSpec(random: Random): string {
  const name = () => random.pick(["alib", "alib", "alib", "", "b", "builtin.alib"]);
  const edges = random.chance(0.4) ? ` ${joined(random, 1, 2, () => pairEdge(random), " ")}` : "";
  return pairNode(random, name()) + edges;
}

function pairNode(random: Random, name: string): string {
  const seen = new Set<string>();
  const parts = times(random.below(4), () => pairAttribute(random)).filter((part) => {
    const kind = part
      .trim()
      .replace(/^[+~@]+/, "@".repeat(part.trim().startsWith("@") ? 1 : 0))
      .replace(/[:=@].*/s, (rest) => (rest[0] === "@" ? "@" : ""));
    return !seen.has(kind) && seen.add(kind);
  });
  return name + parts.join("");
}

function pairAttribute(random: Random): string {
  return random.pick([
    () => `@${joined(random, 1, 2, () => versionItem(random), ",")}`,
    () => `@${random.pick(["1", "1.2", "1:2", "=1.2", "1.2:1.4", ":3", "2:"])}`,
    () => random.pick(["+mpi", "~mpi", "++mpi", "~~mpi", "+shared"]),
    () => ` cuda_arch${random.pick(["=", "=", ":=", "=="])}${random.pick(["80", "80,90", "90", "*"])}`,
    () => ` api${random.pick(["=", ":="])}${random.pick(["a", "b", "true"])}`,
    () => ` cflags${random.pick(["=", "=="])}${random.pick(["-O2", "'-O2 -g'", "'-g -O2'"])}`,
    () => ` target=${random.pick(targets)}`,
    () => ` ${random.pick(["os=debian12", "platform=linux", "os=*", "arch=linux-debian12-zen3"])}`,
    () => random.pick(["/abc", "/abcd", "/x"]),
    () => ` patches=${random.pick(["abcdef", "abc", "abcdef,123456"])}`,
  ])();
}

function pairEdge(random: Random): string {
  const sigil = random.pick(["^", "%", "%%"]);
  const attributes = random.chance(0.3) ? `[${edgeAttribute(random)}] ` : "";
  const assignment = random.chance(0.15) ? `${random.pick(virtualNames)}=` : "";
  return sigil + attributes + assignment + pairNode(random, random.pick(["dep", "dep", "gcc", "clang", ""]));
}

/** The same spec with something left out, added or in another order. */
function altered(random: Random, text: string): string {
  const parts = text.split(" ");
  const at = random.below(parts.length);
  const part = parts[at] ?? "";
  const edit = random.below(4);
  if (edit === 0) parts.splice(at, 1);
  if (edit === 1) parts.push(pairAttribute(random).trim());
  if (edit === 2)
    parts.splice(
      at,
      1,
      part.replace(/[+~]/, (sign) => (sign === "+" ? "~" : "+")),
    );
  if (edit === 3 && at > 0) parts.push(...parts.splice(at, 1));
  return parts.join(" ");
}

/** A spec with a character too many, too few or wrong. */
function damage(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const mark = random.pick([..."@+~-^%[]=:/,.'\" *{\\"] as [string, ...string[]]);
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + mark + text.slice(at);
    case 2:
      return text.slice(0, at) + mark + text.slice(at + 1);
    default:
      return text.slice(0, at);
  }
}
