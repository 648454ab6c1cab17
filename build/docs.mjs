// `npm run docs`: docs/reference/configuration.md from the schema, so that it cannot go stale (a unit test compares).
import { writeFileSync } from "node:fs";
import { configurationReference } from "./configuration-reference.mjs";
import { loadSchema } from "./schema.mjs";

writeFileSync("docs/reference/configuration.md", configurationReference(await loadSchema()));
