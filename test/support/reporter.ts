import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";
import { repositoryRoot } from "./paths.ts";
import type { Summary } from "./summary.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Why `requires` of requirements.ts skipped the suite. */
    skipReason?: string;
  }
}

/**
 * Writes what a run of vitest came to, as one JSON file named after the project (unit.json), into the folder
 * SYGALDRY_TEST_RESULTS. Without that variable it does nothing.
 */
// biome-ignore lint/style/noDefaultExport: vitest takes the default export of a reporter's file.
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const folder = process.env["SYGALDRY_TEST_RESULTS"];
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    const name = modules[0]?.project.name || "tests";
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(summarise(modules, unhandled), null, 2));
  }
}

/** A file or suite whose set-up fails counts as one failure, and the tests it held as skipped for that reason. */
function summarise(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Summary {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const broken = modules
    .flatMap((module) => [module, ...module.children.allSuites()])
    .filter((part) => part.errors().length > 0);
  const failed = tests.filter((test) => ["failed", "pending"].includes(test.result().state));
  return {
    passed: tests.filter((test) => test.result().state === "passed").length,
    failed: [
      ...failed.map(title),
      ...broken.map((part) => `${title(part)} (could not be loaded or set up)`),
      ...unhandled.map(({ message }) => `error outside of a test: ${message}`),
    ],
    skipped: tests
      .filter((test) => test.result().state === "skipped")
      .map((test) => ({ title: title(test), reason: reasonOf(test) })),
  };
}

function title(part: TestCase | TestSuite | TestModule): string {
  const file = path.relative(repositoryRoot, part.type === "module" ? part.moduleId : part.module.moduleId);
  return part.type === "module" ? file : `${file} > ${part.fullName}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === "skipped" && result.note !== undefined) return result.note;
  let part: TestCase | TestSuite | TestModule = test;
  while (true) {
    const { skipReason } = part.meta();
    if (skipReason !== undefined) return skipReason;
    if (part.type !== "test" && part.errors().length > 0) return "its suite could not be loaded or set up";
    if (part.type === "module") return "no reason given";
    part = part.parent;
  }
}
