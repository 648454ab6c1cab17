import { describe, expect, it } from "vitest";
import {
  advance,
  type BuildProgress,
  finishProgress,
  noProgress,
} from "../../../../extension/core/container/build-progress.ts";
import { eventsOf, progressOf, transcript } from "../../../support/transcripts.ts";

const begin = JSON.stringify({ type: "start", level: 3, timestamp: 0, text: "Run: docker build -f x ." });
const raw = (text: string, timestamp = 0) => JSON.stringify({ type: "raw", level: 3, timestamp, text });
const build = (...lines: string[]) => progressOf([begin, raw(`${lines.join("\n")}\n`)].join("\n"));
const shown = ({ steps }: BuildProgress) =>
  steps.filter((step) => !step.internal).map(({ name, state }) => `${state} ${name}`);
const find = ({ steps }: BuildProgress, name: string) => steps.find((step) => step.name.startsWith(name));

describe("initializeCommand", () => {
  it("runs until the CLI goes on, not only until its process starts", () => {
    const channel = "postCreate";
    const own = { level: 3, channel, text: "Run: sh .devcontainer/initialize.sh" };
    const lines = [
      {
        ...own,
        type: "raw",
        timestamp: 1000,
        text: "Running the initializeCommand from devcontainer.json...\n",
      },
      { ...own, type: "start", timestamp: 1001 },
      { ...own, type: "raw", timestamp: 1050, text: "making the base\n" },
    ].map((event) => JSON.stringify(event));
    const running = progressOf(lines.join("\n"));
    expect(find(running, "initializeCommand")).toMatchObject({
      state: "running",
      lines: ["making the base"],
    });
    const more = [
      { ...own, type: "stop", timestamp: 91_000 },
      { type: "start", level: 2, timestamp: 91_000, text: "Run: docker ps -q" },
    ].map((event) => JSON.stringify(event));
    const over = progressOf([...lines, ...more].join("\n"));
    expect(find(over, "initializeCommand")).toMatchObject({ state: "done", seconds: 90 });
  });
});

describe("the legacy builder", () => {
  it("gives the Dockerfile's steps with their stage, and the lifecycle commands", () => {
    const progress = progressOf(transcript("up-legacy").stderr);
    expect(shown(progress)).toEqual([
      "done base: FROM example-base AS base",
      "done base: ENV LC_ALL=C.UTF-8",
      "done python: FROM base AS python",
      expect.stringMatching(/^done python: RUN echo installing python && /),
      "done rust: FROM base AS rust",
      expect.stringMatching(/^done rust: RUN echo installing rust; /),
      "done dev: FROM base AS dev",
      "done dev: COPY --from=python /opt/python /opt/python",
      "done dev: COPY --from=rust /opt/rust /opt/rust",
      "done dev: RUN useradd -m kvothe",
      'done dev: CMD ["sleep", "infinity"]',
      "done create the container",
      ...["done onCreateCommand", "done postCreateCommand", "done postStartCommand"],
    ]);
    expect(progress.builds).toBe(2);
    expect(progress.intermediates).toEqual([]);
  });

  it("takes the times between the events, and the output of each step", () => {
    const progress = progressOf(transcript("up-legacy").stderr);
    expect(find(progress, "python: RUN")).toMatchObject({ seconds: 1.907, lines: ["installing python"] });
    expect(find(progress, "rust: RUN")?.lines).toEqual(["a warning", "installing rust"]);
    expect(find(progress, "postCreateCommand")?.lines).toEqual(["b1", "a1", "a2"]);
  });

  it("names the step that failed, its exit code, and the container that stays", () => {
    const progress = progressOf(transcript("run-legacy").stderr);
    expect(find(progress, "python: RUN echo compiling")).toMatchObject({ state: "failed", exitCode: 3 });
    expect(progress.intermediates).toHaveLength(1);
  });

  it("tells cached steps", () => {
    const lines = ["Step 1/2 : FROM a AS x", " ---> aaaaaaaaaaaa", "Step 2/2 : RUN y", " ---> Using cache"];
    expect(shown(build(...lines, " ---> bbbbbbbbbbbb"))).toEqual(["done x: FROM a AS x", "cached x: RUN y"]);
  });

  it("is not confused by what commands print", () => {
    const progress = build(
      ...[
        "Step 1/2 : FROM a",
        " ---> aaaaaaaaaaaa",
        "Step 2/2 : RUN docker build .",
        " ---> Running in bbbbbbbbbbbb",
      ],
      ...["Step 1/9 : FROM inner", "#5 [inner 1/1] RUN x", "#5 DONE 1.0s"],
    );
    expect(shown(progress)).toEqual(["done FROM a", "running RUN docker build ."]);
    expect(progress.intermediates).toEqual(["bbbbbbbbbbbb"]);
  });
});

describe("BuildKit", () => {
  it("gives the Dockerfile's steps with their stage and time", () => {
    const progress = progressOf(transcript("up-buildkit").stderr);
    expect(shown(progress).slice(0, 6)).toEqual([
      "done base: FROM docker.io/library/example-base",
      expect.stringMatching(/^done python: RUN echo installing python/),
      "done dev: COPY --from=python /opt/python /opt/python",
      expect.stringMatching(/^done rust: RUN echo installing rust/),
      "done dev: COPY --from=rust /opt/rust /opt/rust",
      "done dev: RUN useradd -m kvothe",
    ]);
    expect(find(progress, "python: RUN")).toMatchObject({ seconds: 1.8, lines: ["installing python"] });
    expect(progress.steps.filter((step) => step.internal).map((step) => step.name)).toContain(
      "exporting to image",
    );
  });

  it("names the step that failed, its exit code and its lines", () => {
    const progress = progressOf(transcript("run-buildkit").stderr);
    expect(find(progress, "python: RUN echo compiling")).toMatchObject({
      ...{ state: "failed", exitCode: 3, lines: ["error: no such header hdf5.h", "compiling"] },
    });
    expect(find(progress, "base: FROM")).toMatchObject({ state: "cached" });
  });

  it("follows steps that take turns, and those that another's failure stops", () => {
    const progress = build(
      ...["#7 [a 1/2] RUN x", "#7 0.100 one", "#8 [b 1/1] RUN y", "#8 0.200 two", "", "#7 [a 1/2] RUN x"],
      ...[
        "#7 0.300 three",
        "#8 CACHED",
        '#7 ERROR: process "/bin/sh -c x" did not complete successfully: exit code: 2',
      ],
      ...[
        "#9 [c 1/1] RUN z",
        "#9 CANCELED",
        "------",
        " > [a 1/2] RUN x:",
        "0.300 three",
        "------",
        "#7 0.4 no more",
      ],
    );
    expect(shown(progress)).toEqual(["failed a: RUN x", "cached b: RUN y", "stopped c: RUN z"]);
    expect(find(progress, "a: RUN")).toMatchObject({ exitCode: 2, lines: ["one", "three"] });
  });

  it("keeps an error that is no exit code", () => {
    const progress = progressOf(transcript("base-buildkit").stderr);
    expect(find(progress, "load metadata for docker.io/nowhere")).toMatchObject({
      ...{ state: "failed", lines: [expect.stringMatching(/no such host$/)] },
    });
  });
});

describe("other work", () => {
  it("pulls", () => {
    const pulling = eventsOf(transcript("base-pull").stderr).slice(0, 4).reduce(advance, noProgress);
    expect(shown(pulling)).toEqual(["running pull nowhere/sygaldry-no-such-image:1.2"]);
  });

  it("a lifecycle command that failed", () => {
    const progress = progressOf(transcript("lifecycle").stderr);
    expect(find(progress, "postCreateCommand")).toMatchObject({
      ...{ state: "failed", exitCode: 7, lines: ["preparing", "trouble"] },
    });
    expect(progress.created).toBeGreaterThan(0);
  });

  it("the end of a run ends what still runs", () => {
    const running = progressOf(transcript("daemon-gone-legacy").stderr);
    expect(shown(running).at(-1)).toBe("running base: RUN echo waiting && sleep 300");
    expect(shown(finishProgress(running, false, 0)).at(-1)).toMatch(/^failed /);
    expect(shown(finishProgress(running, true, 0)).at(-1)).toMatch(/^done /);
  });

  it("keeps bounded ends of long output", () => {
    const output = Array.from({ length: 2000 }, (_, index) => `line ${index}`);
    const progress = build("Step 1/1 : RUN x", " ---> Running in aaaaaaaaaaaa", ...output);
    expect(progress.log.at(-1)).toBe("line 1999");
    expect(progress.log.length).toBeLessThanOrEqual(400);
    expect(find(progress, "RUN x")?.lines.length).toBeLessThanOrEqual(60);
  });

  it("does not change what it was given", () => {
    const frozen = Object.freeze({ ...noProgress, steps: Object.freeze([]), log: Object.freeze([]) });
    expect(eventsOf(transcript("run-legacy").stderr).reduce(advance, frozen).steps.length).toBeGreaterThan(3);
    expect(frozen.steps).toEqual([]);
  });
});
