// Removes what test runs left behind: `node test/support/sweep.ts [--own]` (Node 24 runs it as it is).
// Without --own only what runs left whose process has ended; with --own also what the run SYGALDRY_TEST_RUN made.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive, runsIn, testLabel } from "./run-id.ts";

/** One thing that Docker holds: what removes it, and all text (names, labels) that may say whose it is. */
export interface Held {
  readonly remove: readonly string[];
  readonly text: string;
}

/** Those of `held` that belong to test runs, all of which are over; `over` says so of a run id. */
export function leftovers(held: readonly Held[], over: (run: string) => boolean): Held[] {
  return held.filter(({ text }) => {
    const runs = runsIn(text);
    return runs.length > 0 && runs.every(over);
  });
}

/** Removes containers first, then what they hold. Silent where Docker is not there. Returns how much it removed. */
export function sweep(over: (run: string) => boolean = (run) => !isAlive(run)): number {
  const removed = [containers, images, volumes, networks]
    .flatMap((list) => leftovers(list(), over))
    .filter(({ remove }) => docker(remove) !== undefined);
  return removed.length + sweepFolders(over);
}

/**
 * What failed builds on the test image leave bears no run's id: the legacy builder's stopped containers and untagged
 * images, which inherit the label of that image. After a day no run needs them.
 */
function pruneOldBuilds(): void {
  for (const kind of ["container", "image"]) {
    docker([kind, "prune", "-f", "--filter", `label=${testLabel}-base`, "--filter", "until=24h"]);
  }
}

function containers(): Held[] {
  return lines(["ps", "-a", "--no-trunc", "--format", "{{.ID}}\t{{.Names}} {{.Image}} {{.Labels}}"]).map(
    ([id, text]) => ({ remove: ["rm", "-f", "-v", id], text }),
  );
}

/** By tag, and by id where no tag is left: a tag that somebody else gave a test's image stays. */
function images(): Held[] {
  const ids = [...new Set(lines(["image", "ls", "-q", "--no-trunc"]).map(([id]) => id))];
  if (ids.length === 0) return [];
  const format =
    "{{.Id}}\t{{range .RepoTags}}{{.}} {{end}}\t{{range $k, $v := .Config.Labels}}{{$k}}={{$v}} {{end}}";
  return lines(["image", "inspect", "--format", format, ...ids]).flatMap(([id, tags, labels = ""]) => {
    const named = tags.split(" ").filter(Boolean);
    if (named.length === 0) return [{ remove: ["rmi", id], text: labels }];
    return named.map((tag) => ({ remove: ["rmi", tag], text: runsIn(tag).length > 0 ? tag : "" }));
  });
}

function volumes(): Held[] {
  return lines(["volume", "ls", "--format", "{{.Name}}\t{{.Name}} {{.Labels}}"]).map(([name, text]) => ({
    remove: ["volume", "rm", name],
    text,
  }));
}

function networks(): Held[] {
  return lines(["network", "ls", "--no-trunc", "--format", "{{.ID}}\t{{.Name}} {{.Labels}}"]).map(
    ([id, text]) => ({
      remove: ["network", "rm", id],
      text,
    }),
  );
}

function sweepFolders(over: (run: string) => boolean): number {
  const left = readdirSync(tmpdir()).filter((name) => {
    const runs = name.startsWith("sygaldry-test-") ? runsIn(name) : [];
    return runs.length > 0 && runs.every(over);
  });
  return left.filter((name) => {
    try {
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
      return true;
    } catch {
      // Another user's folder: its own next run removes it.
      return false;
    }
  }).length;
}

function lines(args: readonly string[]): [string, string, string?][] {
  return (docker(args) ?? "")
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [first = "", second = "", third] = line.split("\t");
      return third === undefined ? [first, second] : [first, second, third];
    });
}

function docker(args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("docker", [...args], { encoding: "utf8", timeout: 60_000 });
  return status === 0 ? stdout : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const own = process.argv.includes("--own") ? process.env["SYGALDRY_TEST_RUN"] : undefined;
  const count = sweep((run) => run === own || !isAlive(run));
  pruneOldBuilds();
  if (count > 0) process.stderr.write(`removed what tests left behind: ${count}\n`);
}
