import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { collectLines } from "../../../../../extension/core/base/lines.ts";
import type { InstallEvent } from "../../../../../extension/core/spack/run/events.ts";
import { installParser } from "../../../../../extension/core/spack/run/install-parser.ts";
import { spackTranscript } from "../../../../support/spack-transcripts.ts";

/** The events of a recorded run; `cut` decides anew where the pieces of each stream end. */
async function eventsOf(name: string, cut: (text: string) => readonly string[] = (text) => [text]) {
  const { pieces } = await spackTranscript(name);
  const parser = installParser();
  const events: InstallEvent[] = [];
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  for (const [stream, source] of Object.entries(streams)) {
    const kind = stream === "stdout" ? "stdout" : "stderr";
    collectLines(source, (line) => events.push(...parser.line(line, kind)));
  }
  for (const { stream, text } of pieces) for (const piece of cut(text)) streams[stream].write(piece);
  for (const stream of Object.values(streams)) {
    stream.end();
    await finished(stream);
  }
  return [...events, ...parser.end()];
}

/** An event as one short line. */
function short(event: InstallEvent): string {
  switch (event.kind) {
    case "started":
      return `started ${event.package.name} ${event.from ?? "?"}`;
    case "counted":
      return `counted ${event.package.name} ${event.index}/${event.total}`;
    case "phase":
      return `phase ${event.package.name} ${event.phase}`;
    case "installed":
      return `installed ${event.package.name} ${event.package.version} ${event.from} ${event.seconds} ${event.prefix}`;
    case "present":
      return `present ${event.package?.name ?? "?"}${event.external ? " external" : ""}`;
    case "failed":
      return `failed ${event.package.name}: ${event.why.split("\n")[0]}`;
    case "skipped":
      return `skipped ${event.package.name} because of ${event.because.name}`;
    default:
      return event.kind;
  }
}

async function shortEvents(name: string): Promise<string[]> {
  return (await eventsOf(name)).map(short);
}

describe("installParser (unit)", () => {
  it("follows a build from source", async () => {
    const events = await shortEvents("install-source");
    const own = events.filter((line) => / demo-base /.test(line));
    expect(own).toEqual([
      "started demo-base source",
      "counted demo-base 9/12",
      "phase demo-base stage",
      "phase demo-base install",
      "installed demo-base 1.3.0 source 0.09 /opt/spack_store/linux-x86_64_v4/demo-base-1.3.0-4izdetoodg6kbeirsbeompgzgvxqizj3",
    ]);
    expect(events.filter((line) => line.startsWith("installed"))).toHaveLength(9);
    expect(events.filter((line) => line.startsWith("present"))).toEqual([
      "present gcc external",
      "present glibc external",
      "present python external",
    ]);
    expect(events.at(-1)).toBe("view");
    expect(events.filter((line) => /failed|error|warning/.test(line))).toEqual([]);
  });

  it("knows what came from a build cache, where Spack counts afterwards", async () => {
    const events = await shortEvents("install-cache");
    expect(events.filter((line) => / gcc-runtime /.test(line))).toEqual([
      "started gcc-runtime cache",
      "phase gcc-runtime extract",
      expect.stringMatching(/^installed gcc-runtime 12\.2\.0 cache [\d.]+ \/opt\/spack_store\/linux/),
      "counted gcc-runtime 7/12",
    ]);
    expect(events.filter((line) => /^(started|installed) .* source/.test(line))).toEqual([]);
  });

  it("tells what was there already", async () => {
    const events = await shortEvents("install-again");
    expect(new Set(events.map((line) => line.split(" ")[0]))).toEqual(new Set(["present"]));
    expect(events).toHaveLength(9);
    expect(events).toContain("present demo-cli");
  });

  it("gives a failure its package, the cited log and its path, once", async () => {
    const events = await eventsOf("install-fail");
    const failures = events.filter((event) => event.kind === "failed");
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      package: { name: "demo-fail", version: "0.1", hash: "p3vepzuuwieq3fedsk2hlea63tbzgypr" },
      why: expect.stringMatching(
        /^ProcessError: Command exited with status 1:\n'\/opt\/spack_store\/.*\/gcc' 'bad\.c'/,
      ),
      log: "/tmp/spack-stage/spack-stage-demo-fail-0.1-p3vepzuuwieq3fedsk2hlea63tbzgypr/spack-build-out.txt",
    });
    expect(failures[0]?.excerpt.filter(({ marked }) => marked)).toEqual([
      { number: 8, text: "bad.c:2:44: error: expected ';' before '}' token", marked: true },
    ]);
    expect(failures[0]?.excerpt.at(-1)).toEqual({
      ...{ number: 11, text: "      |                                            ;", marked: false },
    });
    expect(failures[0]?.excerpt[0]?.text).toMatch(/^==> \[\d{4}-.*'bad\.c' '-o' 'bad'$/);
    const after = events.map(short).filter((line) => /^(skipped|error|warning)/.test(line));
    expect(after).toEqual(["skipped demo-top because of demo-fail", "error"]);
  });

  it("names the package whose sources cannot be fetched", async () => {
    const events = await eventsOf("install-fetch");
    expect(events.filter((event) => event.kind === "failed")).toMatchObject([
      {
        package: { name: "demo-fetch" },
        why: expect.stringContaining("All fetchers failed"),
        log: undefined,
      },
    ]);
    expect(events.filter((event) => event.kind === "error")).toEqual([]);
  });

  it("names each package that a build cache lacks, once", async () => {
    const events = await shortEvents("install-cache-only");
    expect(events.filter((line) => line.startsWith("failed"))).toEqual([
      "failed demo-par-a: InstallError: No binary found when cache-only was specified",
      "failed demo-par-b: InstallError: No binary found when cache-only was specified",
    ]);
  });

  it("keeps packages that are built at once apart", async () => {
    const events = await shortEvents("install-parallel");
    expect(events.filter((line) => line.startsWith("phase"))).toEqual([
      "phase demo-par-a stage",
      "phase demo-par-b stage",
      "phase demo-par-a configure",
      "phase demo-par-b configure",
      "phase demo-par-a install",
      "phase demo-par-b install",
    ]);
    expect(events.filter((line) => line.startsWith("installed"))).toHaveLength(2);
  });

  it("passes on what a build prints", async () => {
    const events = await eventsOf("install-verbose");
    const printed = events.flatMap((event) => (event.kind === "output" ? [event.line] : []));
    expect(printed.filter((line) => /^(configuring|building) [123]$/.test(line))).toHaveLength(12);
    expect(printed.filter((line) => /Successfully|Executing|Total:/.test(line))).toEqual([]);
  });

  it("reads the new installer", async () => {
    expect((await shortEvents("install-new")).filter((line) => / demo-par-a /.test(line))).toEqual([
      "started demo-par-a source",
      "phase demo-par-a staging",
      "phase demo-par-a configure",
      "phase demo-par-a install",
      "installed demo-par-a 1.0 source undefined undefined",
    ]);
    const failures = (await eventsOf("install-new-fail")).filter((event) => event.kind === "failed");
    expect(failures).toMatchObject([
      { package: { name: "demo-fail" }, log: expect.stringMatching(/demo-fail.*spack-build-out\.txt$/) },
    ]);
  });

  it("does not call a cancelled package failed or installed", async () => {
    const events = await shortEvents("install-cancelled");
    expect(events.filter((line) => / demo-slow/.test(line))).toEqual([
      "started demo-slow source",
      "counted demo-slow 2/2",
      "phase demo-slow stage",
      "phase demo-slow install",
    ]);
  });

  it.each(["install-source", "install-cache", "install-fail", "install-parallel", "install-new-fail"])(
    "reads %s the same in single characters",
    async (name) => {
      const whole = (await eventsOf(name)).map(withoutOrder).sort();
      expect((await eventsOf(name, (text) => text.split(""))).map(withoutOrder).sort()).toEqual(whole);
    },
  );

  it("takes names with dashes and odd versions from the lock", () => {
    const id = { name: "py-3to2", version: "develop-2024", hash: "a".repeat(32) };
    const parser = installParser((hash) => (hash === id.hash ? id : undefined));
    const [event] = parser.line(`==> Installing py-3to2-develop-2024-${id.hash} [1/1]`, "stdout");
    expect(event).toEqual({ kind: "started", package: id, from: undefined });
  });

  it("guesses the name of a package that the lock does not have", () => {
    const parser = installParser();
    const hash = "b".repeat(32);
    const names = ["py-scikit-learn-1.2.3", "ncbi-vdb-2021-08-01", "llvm-main", "a-develop-1"].map((text) => {
      const [event] = parser.line(`==> Extracting ${text}-${hash} from binary cache`, "stdout");
      return event?.kind === "started" ? `${event.package.name} ${event.package.version}` : text;
    });
    expect(names[0]).toBe("py-scikit-learn 1.2.3");
    expect(
      installParser().line(`==> Installing ncbi-vdb-2021-08-01-${hash} [1/2]`, "stdout")[0],
    ).toMatchObject({
      package: { name: "ncbi-vdb", version: "2021-08-01" },
    });
  });

  it("leaves what it does not know as output, and never throws", () => {
    const parser = installParser();
    const odd = [
      "==> Installing nothing [1/1]",
      "[+] relative",
      "[+]",
      "==> ",
      "==>",
      "\u0000",
      "==> Error:x",
    ];
    expect(odd.flatMap((line) => parser.line(line, "stdout")).every(({ kind }) => kind === "output")).toBe(
      true,
    );
    expect(parser.end()).toEqual([]);
  });
});

/** Which stream is ahead of the other depends on timing; what is told does not. */
function withoutOrder(event: InstallEvent): string {
  return JSON.stringify(event);
}
