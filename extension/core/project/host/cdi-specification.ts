import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import * as z from "zod";
import { messageOf } from "../../base/errors.ts";
import { type Fact, known, unknown } from "../../base/fact.ts";

const specification = z.looseObject({
  kind: z.string(),
  devices: z.array(z.looseObject({ name: z.coerce.string() })).default([]),
});

/** The devices of one CDI specification, as `vendor/class=name`. */
export async function devicesIn(file: string): Promise<Fact<readonly string[]>> {
  try {
    const text = await readFile(file, "utf8");
    const { kind, devices } = specification.parse(
      file.endsWith(".json") ? JSON.parse(text) : parseYaml(text),
    );
    return known(devices.map((device) => `${kind}=${device.name}`));
  } catch (error) {
    const why = error instanceof z.ZodError ? "is no CDI specification" : messageOf(error).split("\n")[0];
    return unknown(`${file}: ${why}`);
  }
}

/** Most of a file is edits, dozens of mounts, which take long to parse and tell nothing here. */
function parseYaml(text: string): unknown {
  try {
    return parse(withoutEdits(text));
  } catch {
    return parse(text);
  }
}

/** Leaves out what is indented below a `containerEdits:` line. */
function withoutEdits(text: string): string {
  let edits: number | undefined;
  const kept = text.split("\n").filter((line) => {
    const [, spaces = "", dash = ""] = /^( *)(- +)?/.exec(line) ?? [];
    const isItemOfEdits = dash !== "" && spaces.length === edits;
    if (edits !== undefined && (spaces.length > edits || isItemOfEdits || line.trim() === "")) return false;
    edits = /^ *(- +)?containerEdits:\s*$/.test(line) ? spaces.length + dash.length : undefined;
    return true;
  });
  return kept.join("\n");
}
