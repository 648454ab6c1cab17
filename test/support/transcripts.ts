import { readFileSync } from "node:fs";
import { advance, type BuildProgress, noProgress } from "../../extension/core/container/build-progress.ts";
import { type DevcontainerEvent, eventReader } from "../../extension/core/container/devcontainer-events.ts";
import { inRepository } from "./paths.ts";

/** What a real run of the devcontainers CLI wrote; see test/fixtures/devcontainer/README.md. */
export function transcript(name: string): { readonly stdout: string; readonly stderr: string } {
  const read = (stream: string) =>
    readFileSync(inRepository("test", "fixtures", "devcontainer", `${name}.${stream}`), "utf8");
  return { stdout: read("stdout"), stderr: read("stderr") };
}

export function eventsOf(stderr: string): DevcontainerEvent[] {
  const reader = eventReader();
  return [...stderr.split("\n").flatMap((line) => reader.read(line)), ...reader.end()];
}

export function progressOf(stderr: string): BuildProgress {
  return eventsOf(stderr).reduce(advance, noProgress);
}
