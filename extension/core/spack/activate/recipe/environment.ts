import type { EnvironmentChange } from "../changes.ts";
import { UnsupportedPython } from "./tokens.ts";

type Argument = string | readonly string[];

/** A call of Spack's EnvironmentModifications (Spack 1.1) as a change. */
export function changeOf(
  method: string,
  args: readonly Argument[],
  named: ReadonlyMap<string, Argument>,
): EnvironmentChange {
  const take = argumentReader(method, args, named);
  const name = take.text("name");
  const change = changeFor(method, name, take);
  take.end();
  return change;
}

function changeFor(method: string, name: string, take: ArgumentReader): EnvironmentChange {
  switch (method) {
    case "set":
      return { kind: "set", name, value: take.text("value") };
    case "unset":
      return { kind: "unset", name };
    case "prepend_path":
      return { kind: "prepend", name, value: take.text("path"), separator: take.optional("separator", ":") };
    case "append_path":
      return { kind: "append", name, value: take.text("path"), separator: take.optional("separator", ":") };
    case "remove_path":
      return { kind: "remove", name, value: take.text("path"), separator: take.optional("separator", ":") };
    case "append_flags":
      return { kind: "append-flags", name, value: take.text("value"), separator: take.optional("sep", " ") };
    case "remove_flags":
      return { kind: "remove-flags", name, value: take.text("value"), separator: take.optional("sep", " ") };
    case "set_path": {
      const elements = take.list("elements");
      return { kind: "set", name, value: elements.join(take.optional("separator", ":")) };
    }
    case "prune_duplicate_paths":
      return { kind: "deduplicate", name, separator: take.optional("separator", ":") };
    default:
      throw new UnsupportedPython(`env.${method}`);
  }
}

interface ArgumentReader {
  text(name: string): string;
  optional(name: string, otherwise: string): string;
  list(name: string): readonly string[];
  /** Nothing may be left over. */
  end(): void;
}

/** Arguments are taken in the order of the method's parameters. */
function argumentReader(
  method: string,
  args: readonly Argument[],
  named: ReadonlyMap<string, Argument>,
): ArgumentReader {
  const positional = [...args];
  const left = new Map(named);
  const next = (name: string): Argument | undefined => {
    const value = positional.shift() ?? left.get(name);
    left.delete(name);
    return value;
  };
  const wrong = () => new UnsupportedPython(`the arguments of env.${method}`);
  return {
    text(name) {
      const value = next(name);
      if (typeof value !== "string") throw wrong();
      return value;
    },
    optional(name, otherwise) {
      const value = next(name) ?? otherwise;
      if (typeof value !== "string") throw wrong();
      return value;
    },
    list(name) {
      const value = next(name);
      if (typeof value !== "object") throw wrong();
      return value;
    },
    end() {
      if (positional.length > 0 || left.size > 0) throw wrong();
    },
  };
}
