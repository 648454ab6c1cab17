import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configurationReference } from "../../../build/configuration-reference.mjs";
import { configJsonSchema } from "../../../extension/core/project/json-schema.ts";

it("docs/reference/configuration.md is what the schema says (npm run docs)", () => {
  const file = new URL("../../../docs/reference/configuration.md", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(configurationReference(configJsonSchema()));
});
