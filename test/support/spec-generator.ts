import {
  flagKinds,
  flagValues,
  names,
  numbers,
  pieces,
  platforms,
  quotedValues,
  separators,
  systems,
  targets,
  values,
  variantNames,
  virtualNames,
  words,
} from "./spec-pieces.ts";

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

export interface Random {
  readonly below: (limit: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** The mulberry32 generator. */
export function randomFrom(seed: number): Random {
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
    pick: (from) => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new RangeError("nothing to pick from");
      return picked;
    },
  };
}

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

/** Each attribute at most once: what is given twice would be refused. */
function pairNode(random: Random, name: string): string {
  const parts = new Map<string, string>();
  for (const part of times(random.below(4), () => pairAttribute(random))) {
    const [kind = part] = /^@|\w+/.exec(part) ?? [];
    if (!parts.has(kind)) parts.set(kind, part);
  }
  return name + [...parts.values()].join("");
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

const marks = Array.from("@+~-^%[]=:/,.'\" *{\\");

/** A spec with a character too many, too few or wrong. */
function damage(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const mark = random.pick(marks);
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
