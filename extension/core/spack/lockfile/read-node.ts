import {
  asArray,
  asObject,
  asString,
  asStrings,
  below,
  isJsonObject,
  type JsonObject,
  mapBelow,
  optionalString,
  ShapeError,
} from "../../base/json-fields.ts";
import type {
  DependencyType,
  ExternalPackage,
  LockDependency,
  LockNode,
  SpecHash,
  VariantValue,
} from "./lockfile.ts";

/**
 * The nodes of `concrete_specs`, or of a store's database, checked: each dependency is there, and each key is its node's hash.
 * Format: Spack's spec files, versions 3 to 5 (`to_node_dict`). Throws ShapeError.
 */
export function readNodes(raw: ReadonlyMap<SpecHash, JsonObject>): ReadonlyMap<SpecHash, LockNode> {
  const nodes = new Map<SpecHash, LockNode>();
  for (const [hash, node] of raw)
    nodes.set(
      hash,
      below("concrete_specs", hash, () => readNode(node, hash)),
    );
  for (const node of nodes.values()) {
    for (const dependency of node.dependencies) {
      if (nodes.has(dependency.hash)) continue;
      throw new ShapeError(
        `concrete_specs.${node.hash}.dependencies`,
        "a hash of concrete_specs",
        `${dependency.name} /${dependency.hash.slice(0, 7)}`,
      );
    }
  }
  return nodes;
}

function readNode(raw: JsonObject, key: SpecHash): LockNode {
  const hash = asString(raw["hash"] ?? key, "hash");
  if (hash !== key) throw new ShapeError("hash", "the hash it is listed under", hash);
  const arch = asObject(raw["arch"], "arch");
  const { variants, flags } = readParameters(asObject(raw["parameters"] ?? {}, "parameters"));
  return {
    hash,
    name: asString(raw["name"], "name"),
    version: asString(raw["version"], "version"),
    namespace: optionalString(raw["namespace"], "namespace") ?? "",
    platform: asString(arch["platform"], "arch.platform"),
    os: asString(arch["platform_os"], "arch.platform_os"),
    target: readTarget(arch["target"]),
    variants,
    flags,
    dependencies: readDependencies(raw["dependencies"]),
    external: readExternal(raw["external"]),
    patches: raw["patches"] === undefined ? [] : asStrings(raw["patches"], "patches"),
    packageHash: optionalString(raw["package_hash"], "package_hash"),
    buildSpecHash: isJsonObject(raw["build_spec"])
      ? optionalString(raw["build_spec"]["hash"], "build_spec.hash")
      : undefined,
    compiler: readCompiler(raw["compiler"]),
  };
}

/** A name; or for a processor that Spack described in full, an object with one. */
function readTarget(value: unknown): string {
  return isJsonObject(value) ? asString(value["name"], "arch.target.name") : asString(value, "arch.target");
}

const flagNames = new Set(["cflags", "cppflags", "cxxflags", "fflags", "ldflags", "ldlibs"]);

function readParameters(parameters: JsonObject): Pick<LockNode, "variants" | "flags"> {
  const variants: Record<string, VariantValue> = {};
  const flags: Record<string, readonly string[]> = {};
  for (const name in parameters) {
    const value = parameters[name];
    if (flagNames.has(name)) {
      const words = asStrings(value, `parameters.${name}`);
      if (words.length > 0) flags[name] = words;
    } else if (typeof value === "boolean" || typeof value === "string") variants[name] = value;
    else variants[name] = asStrings(value, `parameters.${name}`);
  }
  return { variants, flags };
}

function readDependencies(value: unknown): readonly LockDependency[] {
  if (value === undefined) return [];
  return mapBelow("dependencies", asArray(value, "dependencies"), (item) =>
    readDependency(asObject(item, "")),
  );
}

/** Spec file version 3 has `type`; from 4 on it is `parameters.deptypes`, with the virtuals. */
function readDependency(item: JsonObject): LockDependency {
  const parameters = isJsonObject(item["parameters"]) ? item["parameters"] : {};
  const types = asStrings(parameters["deptypes"] ?? item["type"], "parameters.deptypes");
  if (!areDependencyTypes(types)) {
    throw new ShapeError("parameters.deptypes", "build, link, run or test", types.join());
  }
  return {
    name: asString(item["name"], "name"),
    hash: asString(item["hash"], "hash"),
    types,
    virtuals: asStrings(parameters["virtuals"] ?? [], "parameters.virtuals"),
    direct: parameters["direct"] === true,
  };
}

const dependencyTypes = new Set<string>(["build", "link", "run", "test"] satisfies DependencyType[]);

function areDependencyTypes(values: readonly string[]): values is readonly DependencyType[] {
  return values.every((value) => dependencyTypes.has(value));
}

function readExternal(value: unknown): ExternalPackage | undefined {
  if (!isJsonObject(value)) return undefined;
  const modules = value["module"];
  return {
    path: optionalString(value["path"], "external.path"),
    modules: Array.isArray(modules) ? asStrings(modules, "external.module") : [],
  };
}

function readCompiler(value: unknown): LockNode["compiler"] {
  if (!isJsonObject(value)) return undefined;
  return {
    name: asString(value["name"], "compiler.name"),
    version: asString(value["version"], "compiler.version"),
  };
}
