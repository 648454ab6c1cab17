import path from "node:path";
import type { LockNode } from "../../lockfile/lockfile.ts";
import { changeOf } from "./environment.ts";
import { findDependency } from "./find-dependency.ts";
import { UnsupportedPython } from "./tokens.ts";
import type { Frame, Value } from "./world.ts";

/** Python's truth of a value. */
export function truth(value: Value): boolean {
  if (value === null || typeof value !== "object") return Boolean(value);
  if (value.type === "list") return value.items.length > 0;
  if (value.type === "prefix" || value.type === "spec") return true;
  throw new UnsupportedPython("a condition");
}

/** `str(value)`. */
export function textOf(value: Value): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (value !== null && typeof value === "object") {
    if (value.type === "prefix") return value.path;
    if (value.type === "version") return value.text;
  }
  throw new UnsupportedPython("a text");
}

/** `of.name`, where the recipe itself has no such function. */
export function attribute(frame: Frame, of: Value, name: string): Value {
  if (of === null || typeof of !== "object") return { type: "method", of, name };
  switch (of.type) {
    case "prefix":
      return name === "join" ? { type: "method", of, name } : prefix(path.posix.join(of.path, name));
    case "spec":
      return specAttribute(frame, of.node, name);
    case "version":
      return name === "dotted" || name === "string" ? of.text : { type: "method", of, name };
    case "object":
      return objectAttribute(frame, of.name, name);
    default:
      throw new UnsupportedPython(`the attribute ${name}`);
  }
}

function objectAttribute(frame: Frame, object: string, name: string): Value {
  if (object === "os" && name === "path") return { type: "object", name: "os.path" };
  if (object === "os" && name === "pathsep") return ":";
  if (object === "os" && name === "sep") return "/";
  if (object === "sys" && name === "platform") return frame.self.platform;
  if (object === "self") {
    if (name === "spec") return { type: "spec", node: frame.self };
    if (name === "prefix" || name === "name" || name === "version")
      return specAttribute(frame, frame.self, name);
    throw new UnsupportedPython(`self.${name}`);
  }
  return { type: "method", of: { type: "object", name: object }, name };
}

function specAttribute(frame: Frame, node: LockNode, name: string): Value {
  switch (name) {
    case "prefix": {
      const found = node.external?.path ?? frame.world.prefix(node.hash);
      if (found === undefined) throw new UnsupportedPython(`the prefix of ${node.name}`);
      return prefix(found);
    }
    case "name":
      return node.name;
    case "version":
      return { type: "version", text: node.version };
    case "external":
      return node.external !== undefined;
    case "satisfies":
      return { type: "method", of: { type: "spec", node }, name };
    default:
      throw new UnsupportedPython(`the spec's ${name}`);
  }
}

/** Calls what is no function of the recipe. */
export function callFunction(
  frame: Frame,
  target: Value,
  args: readonly Value[],
  named: ReadonlyMap<string, Value> = new Map(),
): Value {
  if (target === null || typeof target !== "object") throw new UnsupportedPython("a call");
  if (target.type === "object") return globalCall(target.name, args, named);
  if (target.type !== "method") throw new UnsupportedPython("a call");
  const { of, name } = target;
  if (of !== null && typeof of === "object" && of.type === "object")
    return objectCall(frame, of.name, name, args, named);
  if (named.size > 0) throw new UnsupportedPython(`the arguments of ${name}`);
  if (typeof of === "string") return textCall(of, name, args);
  if (of !== null && typeof of === "object") {
    if (of.type === "list") return listCall(of.items, name, args);
    if (of.type === "prefix" && name === "join") return prefix(joined([of, ...args]));
    if (of.type === "spec") return specCall(frame, of.node, name, args);
    if (of.type === "version" && name === "up_to") return upTo(of.text, args);
  }
  throw new UnsupportedPython(`a call of ${name}`);
}

function globalCall(name: string, args: readonly Value[], named: ReadonlyMap<string, Value>): Value {
  const [only = null] = args;
  if (named.size === 0 && name === "str" && args.length === 1) return textOf(only);
  if (named.size === 0 && name === "join_path") return joined(args);
  if (named.size === 0 && name === "Prefix" && args.length === 1) return prefix(textOf(only));
  if (name === "super" && args.length === 0) return { type: "object", name: "super" };
  throw new UnsupportedPython(`the function ${name}`);
}

function objectCall(
  frame: Frame,
  object: string,
  name: string,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value {
  if (object === "env") {
    frame.changes.push(
      changeOf(
        name,
        args.map((value) => flat(value)),
        flatMap(named),
      ),
    );
    return null;
  }
  // The bases that are allowed (recipe.ts) have no environment of their own.
  if (object === "super" && name.endsWith("_run_environment")) return null;
  if (object === "os.path" && named.size === 0) {
    if (name === "join") return joined(args);
    const [file = null] = args;
    if (args.length === 1 && name === "isdir") return frame.world.isFolder(textOf(file));
    if (args.length === 1 && name === "exists") return frame.world.exists(textOf(file));
    if (args.length === 1 && name === "dirname") return path.posix.dirname(textOf(file));
    if (args.length === 1 && name === "basename") return path.posix.basename(textOf(file));
  }
  throw new UnsupportedPython(`${object}.${name}`);
}

function flat(value: Value): string | readonly string[] {
  if (value !== null && typeof value === "object" && value.type === "list") {
    return value.items.map((item) => textOf(item));
  }
  return textOf(value);
}

function flatMap(named: ReadonlyMap<string, Value>): ReadonlyMap<string, string | readonly string[]> {
  // `force` and `raw` only matter to audits.
  const given = [...named].filter(([name]) => name !== "force" && name !== "raw");
  return new Map(given.map(([name, value]) => [name, flat(value)]));
}

function textCall(text: string, name: string, args: readonly Value[]): Value {
  const texts = () => args.map((value) => textOf(value));
  const [first = null] = args;
  switch (name) {
    case "format":
      return formatted(text, texts());
    case "lower":
      return text.toLowerCase();
    case "upper":
      return text.toUpperCase();
    case "replace": {
      const [from = "", to = ""] = texts();
      if (args.length === 2 && from !== "") return text.replaceAll(from, to);
      break;
    }
    case "startswith":
      if (typeof first === "string" && args.length === 1) return text.startsWith(first);
      break;
    case "endswith":
      if (typeof first === "string" && args.length === 1) return text.endsWith(first);
      break;
    case "in":
      return text.includes(texts()[0] ?? "");
    case "join":
      if (first !== null && typeof first === "object" && first.type === "list") {
        return first.items.map((item) => textOf(item)).join(text);
      }
  }
  throw new UnsupportedPython(`the text's ${name}`);
}

function formatted(template: string, values: readonly string[]): string {
  let next = 0;
  return template.replace(/\{(\d*)\}|[{}]/g, (all, index: string | undefined) => {
    const value = index === undefined ? undefined : values[index === "" ? next : Number(index)];
    next += 1;
    if (value === undefined) throw new UnsupportedPython(`format ${all}`);
    return value;
  });
}

function listCall(items: readonly Value[], name: string, [key = null]: readonly Value[]): Value {
  if (name === "in" && items.every((item) => typeof item === "string"))
    return items.some((item) => item === key);
  const found = name === "[]" && typeof key === "number" ? items[key] : undefined;
  if (found === undefined) throw new UnsupportedPython(`the list's ${name}`);
  return found;
}

function specCall(frame: Frame, node: LockNode, name: string, args: readonly Value[]): Value {
  const [argument] = args;
  if (typeof argument !== "string" || args.length !== 1) throw new UnsupportedPython(`the spec's ${name}`);
  if (name === "[]") {
    const found = findDependency(frame.world, node, argument);
    if (found === undefined) throw new UnsupportedPython(`the dependency ${argument}`);
    return { type: "spec", node: found };
  }
  if (name === "satisfies") return holds(frame, node, argument);
  if (name !== "in") throw new UnsupportedPython(`the spec's ${name}`);
  const [wanted = ""] = /^[A-Za-z0-9][\w.-]*/.exec(argument.trim()) ?? [];
  if (wanted === "" || wanted === node.name) return holds(frame, node, argument);
  const found = findDependency(frame.world, node, wanted);
  if (found === undefined || wanted === argument.trim()) return found !== undefined;
  return holds(frame, found, argument);
}

function holds(frame: Frame, node: LockNode, constraint: string): boolean {
  const answer = frame.world.satisfies(node, constraint);
  if (answer === undefined) throw new UnsupportedPython(`whether ${constraint} holds`);
  return answer;
}

function upTo(version: string, [count = null]: readonly Value[]): Value {
  if (typeof count !== "number" || count < 1 || !/^[\d.]+$/.test(version))
    throw new UnsupportedPython("up_to");
  return { type: "version", text: version.split(".").slice(0, count).join(".") };
}

/** As Python's os.path.join: an absolute part begins anew. */
function joined(parts: readonly Value[]): string {
  return parts
    .map((part) => textOf(part))
    .reduce((before, part) => {
      if (part.startsWith("/") || before === "") return part;
      return before.endsWith("/") ? before + part : `${before}/${part}`;
    }, "");
}

function prefix(file: string): Value {
  return { type: "prefix", path: file };
}
