import * as z from "zod";
import { configSchema } from "./schema.ts";

/** JSON Schema (draft 7, what VS Code's YAML extension reads) of sygaldry.yaml. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: "sygaldry.yaml",
    ...z.toJSONSchema(configSchema, { target: "draft-7", io: "input", unrepresentable: "any" }),
  };
}
