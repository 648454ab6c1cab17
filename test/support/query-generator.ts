import type { Lockfile, LockNode } from "../../extension/core/spack/lockfile/lockfile.ts";
import { type Random, randomFrom } from "./spec-generator.ts";

/** `count` constraints on what is in the lock, of which many are met by some of its nodes. */
export function generateQueries(seed: number, lock: Lockfile, count: number): readonly string[] {
  const random = randomFrom(seed);
  return [...new Set(Array.from({ length: count }, () => query(random, lock)))];
}

function query(random: Random, lock: Lockfile): string {
  const nodes = [...lock.nodes.values()];
  const node = random.pick(nodes);
  const name = random.chance(0.6) ? node.name : random.chance(0.1) ? `${node.namespace}.${node.name}` : "";
  const own = Array.from({ length: random.below(3) }, () => attribute(random, node));
  const edges = Array.from({ length: random.below(3) }, () => ` ${dependency(random, node, lock)}`);
  return [name, ...own, ...edges].join("");
}

function attribute(random: Random, node: LockNode): string {
  const [major = "1"] = node.version.split(/[.-]/);
  return random.pick([
    () => `@${node.version}`,
    () => `@=${node.version}`,
    () => `@${random.pick([major, `${major}:`, `:${major}`, "1:", ":2"])}`,
    () => variant(random, node),
    () => `${random.pick(["++", "~~"])}${random.pick(["shared", "pic", "mpi"])}`,
    () => ` target=${random.pick([node.target, "x86_64:", "x86_64_v3:", ":x86_64_v3", "aarch64", "*"])}`,
    () => ` arch=${node.platform}-${random.pick([node.os, "ubuntu22.04"])}-${node.target}`,
    () => `/${node.hash.slice(0, random.pick([2, 5, 32]))}`,
    () => random.pick([" cflags=-O2", " patches=*", " namespace=builtin", " os=*"]),
  ])();
}

function variant(random: Random, node: LockNode): string {
  const variants = Object.entries(node.variants);
  if (variants.length === 0) return "";
  const [name, value] = random.pick(variants);
  if (typeof value === "boolean") return `${value === random.chance(0.8) ? "+" : "~"}${name}`;
  const text = typeof value === "string" ? value : random.pick([value.join(","), value[0] ?? "*"]);
  return ` ${name}${random.pick(["=", ":="])}'${text}'`;
}

function dependency(random: Random, node: LockNode, lock: Lockfile): string {
  const edge = node.dependencies.length > 0 ? random.pick(node.dependencies) : undefined;
  const child = (edge && lock.nodes.get(edge.hash)) ?? random.pick([...lock.nodes.values()]);
  const virtual = edge?.virtuals[0] ?? random.pick(["c", "cxx", "mpi", "blas"]);
  const types = random.pick(["build", "link", "run", "build,link"]);
  const asked = random.chance(0.5) ? attribute(random, child) : "";
  return random.pick([
    () => `^${child.name}${asked}`,
    () => `%${child.name}${asked}`,
    () => `${random.pick(["^", "%"])}${virtual}`,
    () => `${random.pick(["^", "%"])}${virtual}=${child.name}`,
    () => `${random.pick(["^", "%"])}[deptypes=${types}] ${child.name}`,
    () => `%[when='${attribute(random, node).replaceAll("'", "").trim() || "+x"}'] ${child.name}`,
    () => `^${child.name} %${child.dependencies[0]?.name ?? "gcc"}`,
    () => `^/${child.hash.slice(0, 5)}`,
    () => random.pick(["%gcc", "%gcc@12", "%clang", "^ +shared"]),
  ])();
}
