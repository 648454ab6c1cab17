import { describe, expect, it } from "vitest";
import { redactor } from "../../../../extension/core/base/redact.ts";
import { explainFailure } from "../../../../extension/core/container/build-failures.ts";
import { parseUpResult } from "../../../../extension/core/container/devcontainer-result.ts";
import { progressOf, transcript } from "../../../support/transcripts.ts";

const same = (text: string) => text;

function explained(name: string, redact = same) {
  const { stdout, stderr } = transcript(name);
  const result = parseUpResult(stdout);
  if (result.outcome === "success") throw new Error(`${name} succeeded`);
  return explainFailure({ ...result, exitCode: 1, progress: progressOf(stderr) }, redact);
}

/** A build whose one step prints these lines and fails. */
function failedStep(
  lines: readonly string[],
  more: { message?: string; description?: string } = {},
  redact = same,
) {
  const output = [
    "Step 1/1 : RUN x",
    " ---> Running in aaaaaaaaaaaa",
    ...lines,
    "The command 'x' returned a non-zero code: 9",
  ];
  const stderr = [
    JSON.stringify({ type: "start", level: 3, timestamp: 0, text: "Run: docker build ." }),
    JSON.stringify({ type: "raw", level: 3, timestamp: 0, text: `${output.join("\n")}\n` }),
  ].join("\n");
  const run = { message: "", description: "", exitCode: 1, containerId: undefined, ...more };
  return explainFailure({ ...run, progress: progressOf(stderr) }, redact);
}

describe("explainFailure, on real runs", () => {
  it.each(["base-pull", "base-legacy", "base-buildkit"])("%s: names the image and the ways out", (name) => {
    const error = explained(name);
    expect(error).toMatchObject({
      code: "SYG-BASE-IMAGE",
      data: { image: "nowhere/sygaldry-no-such-image:1.2" },
    });
    expect(error.message).toMatch(
      /^the image nowhere\/sygaldry-no-such-image:1\.2 cannot be had\n.*no such host$/,
    );
    expect(error.next).toMatch(/mirrors\.registry.*debootstrap:<suite>.*examples\/restricted-network/);
  });

  it.each(["download-legacy", "download-buildkit"])("%s: the block of the download script", (name) => {
    const error = explained(name);
    expect(error).toMatchObject({ code: "SYG-DOWNLOAD", data: { kind: "SYG-FETCH-CHECKSUM", exitCode: 13 } });
    expect(error.message.split("\n")).toEqual([
      "http://mirror.invalid/uv.tar.gz is not the file that was pinned",
      "  expected: sha256 aaaa",
      "  came:     sha256 bbbb (12 bytes)",
    ]);
    expect(error.next).toMatch(
      /^The server or mirror .* correct mirrors\.python .* that the file is right\.$/,
    );
  });

  it.each(["disk-full-legacy", "disk-full-buildkit"])("%s", (name) => {
    expect(explained(name)).toMatchObject({
      code: "SYG-DISK-FULL",
      message: expect.stringMatching(/\nhead: .*No space left on device$/),
      next: expect.stringContaining("docker system prune"),
    });
  });

  it.each(["daemon-gone-legacy", "daemon-gone-buildkit"])(
    "%s: what was at work, and what is kept",
    (name) => {
      expect(explained(name)).toMatchObject({
        code: "SYG-ENGINE-MISSING",
        message: "the container engine stopped during: base: RUN echo waiting && sleep 300",
        next: expect.stringMatching(/run this again: finished steps are kept\.$/),
      });
    },
  );

  it("no-daemon", () => {
    expect(explained("no-daemon")).toMatchObject({
      code: "SYG-ENGINE-MISSING",
      message: "no container engine answers",
    });
  });

  it.each(["apt-mirror-legacy", "apt-mirror-buildkit"])("%s: apt's own lines, and mirrors.apt", (name) => {
    const error = explained(name);
    expect(error.code).toBe("SYG-BUILD");
    expect(error.message).toMatch(/^apt failed\nErr:1 .*\nCould not connect to mirror\.invalid/);
    expect(error.next).toContain("mirrors.apt");
  });

  it("apt-package: the package, and no talk of mirrors", () => {
    const error = explained("apt-package-legacy");
    expect(error.message).toBe("apt failed\nE: Unable to locate package no-such-package-sygaldry");
    expect(error.next).toMatch(/apt\.packages/);
  });

  it("gpu", () => {
    expect(explained("gpu")).toMatchObject({
      code: "SYG-GPU",
      message: expect.stringMatching(/could not select device driver "" with capabilities: \[\[gpu\]\]$/),
    });
  });

  it("lifecycle: the command and its exit code", () => {
    expect(explained("lifecycle")).toMatchObject({
      code: "SYG-UP",
      message: "postCreateCommand failed with exit code 7\npreparing\ntrouble",
      next: expect.stringContaining("lifecycle.postCreate"),
      data: { command: "postCreateCommand", exitCode: 7, containerId: expect.any(String) },
    });
    expect(explained("initialize")).toMatchObject({
      code: "SYG-UP",
      message: "initializeCommand failed\ninitializing",
    });
  });

  it.each(["run-legacy", "run-buildkit"])(
    "%s: the step and its last lines, not docker's arguments",
    (name) => {
      const error = explained(name);
      expect(error).toMatchObject({ code: "SYG-BUILD", data: { exitCode: 3 } });
      expect(error.message).toMatch(
        /^python: RUN echo compiling .* failed \(exit code 3\)\nerror: no such header hdf5\.h\ncompiling$/,
      );
      expect(error.message).not.toContain("--build-arg");
    },
  );
});

describe("explainFailure, on made-up runs", () => {
  it("names a docker client that is not there, and takes no build step's word for it", () => {
    const text = "Error: spawn /opt/docker ENOENT";
    const stderr = JSON.stringify({ type: "text", level: 3, timestamp: 0, text });
    const run = { message: "", description: "An error occurred", exitCode: 1, containerId: undefined };
    expect(explainFailure({ ...run, progress: progressOf(stderr) }, same)).toMatchObject({
      ...{ code: "SYG-TOOL-MISSING", message: "the program /opt/docker is not there" },
      next: expect.stringContaining("SYGALDRY_DOCKER"),
    });
    expect(failedStep([text])).toMatchObject({ code: "SYG-BUILD" });
  });

  it("says what it knows when there is neither a step nor a result", () => {
    const run = { message: "", description: "", exitCode: 134, containerId: undefined };
    expect(explainFailure({ ...run, progress: progressOf("Segmentation fault") }, same)).toMatchObject({
      code: "SYG-UP",
      message: "the devcontainers CLI exited with 134\nSegmentation fault",
    });
  });

  it("leaves docker's arguments out of a message", () => {
    const message = "Command failed: docker create --env TOKEN=s3cret x";
    const run = { message, description: "", exitCode: 1, containerId: undefined };
    expect(explainFailure({ ...run, progress: progressOf("") }, same).message).toBe(
      "Command failed: docker create …",
    );
  });

  it("does not take a command's own end of file for the engine's", () => {
    expect(failedStep(["gzip: stdin", "unexpected EOF"]).code).toBe("SYG-BUILD");
    expect(
      failedStep(["Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"]).code,
    ).toBe("SYG-BUILD");
  });

  it("does not take an image for missing because a command says `not found`", () => {
    expect(failedStep(["sh: 1: cmake: not found"])).toMatchObject({ code: "SYG-BUILD" });
  });

  it("reports a download without advice, the last one of several", () => {
    const first = "sygaldry: error[SYG-FETCH-CUT]: the transfer never completed: http://a/";
    const error = failedStep([
      first,
      "other",
      "sygaldry: error[SYG-FETCH-MISSING]: no http://b/",
      "  expected: x",
      "end",
    ]);
    expect(error).toMatchObject({
      code: "SYG-DOWNLOAD",
      message: "no http://b/\n  expected: x",
      next: undefined,
    });
  });

  it("reports the distribution's packages as apt's failure", () => {
    const error = failedStep([
      ...["W: Failed to fetch http://m/x  Temporary failure resolving 'm'"],
      "sygaldry: error[SYG-FETCH-APT]: apt-get update: the package lists cannot be fetched",
      "sygaldry: next: check apt.packages",
    ]);
    expect(error).toMatchObject({ code: "SYG-BUILD", next: expect.stringContaining("mirrors.apt") });
    expect(error.message).toContain("apt-get update: the package lists cannot be fetched");
  });

  it("redacts every text", () => {
    const redact = redactor(["hunter2hunter2"]);
    const error = failedStep(["token hunter2hunter2"], {}, redact);
    expect(error.message).toContain("token ***");
    expect(JSON.stringify(explained("lifecycle", redactor(["preparing"])).message)).not.toContain(
      "preparing",
    );
  });
});
