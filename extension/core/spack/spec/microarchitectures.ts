/**
 * Which processor can run what is built for which other one. Facts of archspec 0.2.5
 * (https://github.com/archspec/archspec-json), the release that Spack 1.1 carries.
 */

/** Each microarchitecture and those that it extends. */
const parents: Readonly<Record<string, readonly string[]>> = {
  x86: [],
  i686: ["x86"],
  pentium2: ["i686"],
  pentium3: ["pentium2"],
  pentium4: ["pentium3"],
  prescott: ["pentium4"],
  x86_64: [],
  x86_64_v2: ["x86_64"],
  x86_64_v3: ["x86_64_v2"],
  x86_64_v4: ["x86_64_v3"],
  nocona: ["x86_64"],
  core2: ["nocona"],
  nehalem: ["core2", "x86_64_v2"],
  westmere: ["nehalem"],
  sandybridge: ["westmere"],
  ivybridge: ["sandybridge"],
  haswell: ["ivybridge", "x86_64_v3"],
  broadwell: ["haswell"],
  skylake: ["broadwell"],
  mic_knl: ["broadwell"],
  skylake_avx512: ["skylake", "x86_64_v4"],
  cannonlake: ["skylake"],
  cascadelake: ["skylake_avx512"],
  icelake: ["cascadelake", "cannonlake"],
  sapphirerapids: ["icelake"],
  k10: ["x86_64"],
  bulldozer: ["x86_64_v2"],
  piledriver: ["bulldozer"],
  steamroller: ["piledriver"],
  excavator: ["steamroller", "x86_64_v3"],
  zen: ["x86_64_v3"],
  zen2: ["zen"],
  zen3: ["zen2"],
  zen4: ["zen3", "x86_64_v4"],
  zen5: ["zen4"],
  ppc64: [],
  power7: ["ppc64"],
  power8: ["power7"],
  power9: ["power8"],
  power10: ["power9"],
  ppc64le: [],
  power8le: ["ppc64le"],
  power9le: ["power8le"],
  power10le: ["power9le"],
  aarch64: [],
  "armv8.1a": ["aarch64"],
  "armv8.2a": ["armv8.1a"],
  "armv8.3a": ["armv8.2a"],
  "armv8.4a": ["armv8.3a"],
  "armv8.5a": ["armv8.4a"],
  "armv8.6a": ["armv8.5a"],
  "armv9.0a": ["armv8.5a"],
  thunderx2: ["armv8.1a"],
  a64fx: ["armv8.2a"],
  cortex_a72: ["aarch64"],
  neoverse_n1: ["cortex_a72", "armv8.2a"],
  neoverse_v1: ["neoverse_n1", "armv8.4a"],
  neoverse_v2: ["neoverse_n1", "armv9.0a"],
  neoverse_n2: ["neoverse_n1", "armv9.0a"],
  m1: ["armv8.4a"],
  m2: ["m1", "armv8.5a"],
  m3: ["m2", "armv8.6a"],
  m4: ["m3", "armv8.6a"],
  arm: [],
  ppc: [],
  ppcle: [],
  sparc: [],
  sparc64: [],
  riscv64: [],
  u74mc: ["riscv64"],
};

const lineages = new Map<string, ReadonlySet<string>>();

/** Whether a table of processors has that name; Spack takes any other name for a family of its own. */
export function isKnownTarget(name: string): boolean {
  return Object.hasOwn(parents, name);
}

/** Whether code for `b` runs on `a`: `a` is `b` or extends it. */
export function extendsTarget(a: string, b: string): boolean {
  return lineage(a).has(b);
}

/** The oldest ancestor: `x86_64` of `zen4`. */
export function targetFamily(name: string): string {
  const [first] = isKnownTarget(name) ? (parents[name] ?? []) : [];
  return first === undefined ? name : targetFamily(first);
}

function lineage(name: string): ReadonlySet<string> {
  const found = lineages.get(name);
  if (found !== undefined) return found;
  if (!isKnownTarget(name)) return new Set([name]);
  const all = new Set([name]);
  for (const parent of parents[name] ?? []) for (const ancestor of lineage(parent)) all.add(ancestor);
  lineages.set(name, all);
  return all;
}
