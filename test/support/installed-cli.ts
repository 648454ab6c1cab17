import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inRepository } from "./paths.ts";
import { runId } from "./run-id.ts";

let installed: string | undefined;

/**
 * The command line as `npm install` lays it, in a temporary folder that every user may read (a checkout below /root
 * is closed to others). Returns the path of cli.cjs; made once for each test file, removed by the sweep of the run.
 */
export function installedCli(): string {
  installed ??= install();
  return installed;
}

function install(): string {
  const folder = mkdtempSync(path.join(tmpdir(), `sygaldry-test-${runId}-cli-`));
  chmodSync(folder, 0o755);
  const modules = path.join(folder, "node_modules");
  const home = path.join(modules, "sygaldry");
  mkdirSync(home, { recursive: true });
  for (const part of ["dist", "package.json", "container"]) {
    if (existsSync(inRepository(part)))
      cpSync(inRepository(part), path.join(home, part), { recursive: true });
  }
  const devcontainers = ["@devcontainers", "cli"];
  cpSync(inRepository("node_modules", ...devcontainers), path.join(modules, ...devcontainers), {
    recursive: true,
  });
  return path.join(home, "dist", "cli.cjs");
}
