import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";

const folder = path.join(import.meta.dirname, "../golden");

/**
 * Compares with test/golden/<name>. `npm run golden` writes the files anew, which is then reviewed as a diff;
 * a missing file fails, so that a new golden test cannot pass by accident.
 */
export async function expectGolden(name: string, actual: string): Promise<void> {
  const file = path.join(folder, name);
  if (process.env["SYGALDRY_UPDATE_GOLDEN"] === "1") {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, actual);
    return;
  }
  expect(existsSync(file), `${name} has no golden file: run \`npm run golden\` and review it`).toBe(true);
  expect(actual).toBe(readFileSync(file, "utf8"));
}
