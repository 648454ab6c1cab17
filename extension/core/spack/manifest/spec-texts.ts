import type { ConfigEntry, ConfigValue, Origin } from "./config-value.ts";

/**
 * root: of `specs`. item: of a definition or a matrix. exclude: of a matrix. require: what `packages` demands or prefers of the
 * package named in `owner`. external: one that the system has.
 */
type SpecRole = "root" | "item" | "exclude" | "require" | "external";

/** A spec as it is written somewhere in a configuration file; references (`$name`) are none. */
export interface WrittenSpec {
  readonly text: string;
  readonly at: Origin;
  readonly role: SpecRole;
  /** The package below whose key it stands; undefined elsewhere, and for `all`. */
  readonly owner: string | undefined;
}

/** All specs that the sections of a file hold, in the order of the file. */
export function writtenSpecs(sections: readonly ConfigEntry[]): readonly WrittenSpec[] {
  return sections
    .flatMap(({ key, value }) => {
      if (key === "specs") return listed(value, "root");
      if (key === "definitions") return definitionSpecs(value);
      return key === "packages" ? packageSpecs(value) : [];
    })
    .sort((a, b) => a.at.offset - b.at.offset);
}

function listed(value: ConfigValue | undefined, role: SpecRole, owner?: string): WrittenSpec[] {
  if (value === undefined) return [];
  if (value.kind === "list") return value.items.flatMap((item) => listed(item, role, owner));
  if (value.kind === "map") {
    return value.entries.flatMap((entry) => {
      if (entry.key === "matrix") return listed(entry.value, "item");
      if (entry.key === "exclude") return listed(entry.value, "exclude");
      if (entry.key === "specs") return listed(entry.value, role);
      return ["any_of", "one_of", "spec"].includes(entry.key) ? listed(entry.value, role, owner) : [];
    });
  }
  const { value: text, at } = value;
  if (typeof text !== "string" || text.startsWith("$") || text === "") return [];
  return [{ text, at, role, owner }];
}

function definitionSpecs(value: ConfigValue): WrittenSpec[] {
  const items = value.kind === "list" ? value.items : [];
  return items.flatMap((item) =>
    item.kind === "map"
      ? item.entries.filter(({ key }) => key !== "when").flatMap((entry) => listed(entry.value, "item"))
      : [],
  );
}

function packageSpecs(value: ConfigValue): WrittenSpec[] {
  const entries = value.kind === "map" ? value.entries : [];
  return entries.flatMap(({ key: name, value: settings }) => {
    const owner = name === "all" ? undefined : name;
    return (settings.kind === "map" ? settings.entries : []).flatMap((entry) => {
      if (entry.key === "externals") return externalSpecs(entry.value);
      const demands = ["require", "prefer", "conflict", "variants"].includes(entry.key);
      return demands ? listed(entry.value, "require", owner) : [];
    });
  });
}

function externalSpecs(value: ConfigValue): WrittenSpec[] {
  const items = value.kind === "list" ? value.items : [];
  return items.flatMap((item) =>
    item.kind === "map"
      ? item.entries.filter(({ key }) => key === "spec").flatMap((entry) => listed(entry.value, "external"))
      : [],
  );
}
