import { readFileSync } from "node:fs";
import { z } from "zod";
import { inRepository } from "./paths.ts";

/** The version of this package. */
export const packageVersion: string = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(inRepository("package.json"), "utf8"))).version;
