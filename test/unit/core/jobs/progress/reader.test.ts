import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  createProgressReader,
  type RecognisedProgress,
} from "../../../../../extension/core/jobs/progress/reader.ts";
import { inRepository } from "../../../../support/paths.ts";
import { spackLines } from "../../../../support/spack-transcripts.ts";

/** What a reader says of lines that come every half second. */
function progressOf(lines: readonly string[], every = 500): readonly RecognisedProgress[] {
  const reader = createProgressReader();
  return lines.flatMap((line, index) => reader.feed(line, "stdout", 1000 + index * every) ?? []);
}

function sample(name: string): readonly string[] {
  const text = readFileSync(inRepository("test/fixtures/jobs/progress", `${name}.txt`), "utf8");
  return text.split(/[\r\n]+/);
}

/** Within a step the percentage never falls, and 100 comes only at a step's end. */
function expectTruthful(seen: readonly RecognisedProgress[]): void {
  seen.forEach((progress, index) => {
    const before = seen[index - 1];
    if (before?.step !== progress.step) {
      expect(progress.step).toBe((before?.step ?? 0) + 1);
      return;
    }
    expect(progress.percent ?? 0).toBeGreaterThanOrEqual(before.percent ?? 0);
    expect(progress.source).toBe(before.source);
  });
}

describe("createProgressReader, with output of real tools", () => {
  it.each([
    ["cmake-make", { source: "cmake", percent: 100, phase: "build" }],
    ["cmake-make-fail", { source: "cmake", percent: 6 }],
    ["ninja", { source: "ninja", percent: 100, done: 15, total: 15 }],
    ["ninja-terminal", { source: "ninja", percent: 100, done: 15, total: 15 }],
    ["ninja-fail", { source: "ninja", percent: 33.3, done: 1, total: 3 }],
    ["pytest", { source: "pytest", percent: 100, done: 230, total: 230 }],
    ["pytest-q", { source: "pytest", percent: 100, done: 230, total: 230 }],
    ["pytest-v", { source: "pytest", percent: 100, done: 30, total: 30 }],
    ["pytest-count", { source: "pytest", percent: 100, done: 30, total: 30 }],
    ["pytest-color", { source: "pytest", percent: 100, done: 30, total: 30 }],
    ["pytest-xdist", { source: "pytest", percent: 100, done: 30, total: 30 }],
    ["tqdm", { source: "tqdm", percent: 100, done: 30, total: 30, phase: "train" }],
    ["tqdm-nested", { source: "tqdm", percent: 100, done: 5e6, total: 5e6, phase: "down: load" }],
    ["pip", { source: "pip", percent: 100, done: 6, total: 6, phase: "install" }],
    ["pip-terminal", { source: "pip", percent: 100, done: 1, total: 1, phase: "install" }],
    ["pip-raw", { source: "pip", percent: 100, done: 1, total: 1, phase: "install" }],
    ["uv", { source: "uv", percent: 100, done: 6, total: 6, phase: "install" }],
    ["uv-terminal", { source: "uv", percent: 100, done: 5, total: 5, phase: "install" }],
  ])("%s ends as it ended", (name, last) => {
    const seen = progressOf(sample(name));
    expect(seen.at(-1)).toMatchObject(last);
    expectTruthful(seen);
  });

  it.each([
    ["install-source", { done: 12, total: 12, percent: 100 }],
    ["install-cache", { done: 12, total: 12, percent: 100 }],
    ["install-parallel", { done: 2, total: 2, percent: 100 }],
    ["install-cancelled", { done: 1, total: 2, percent: 50 }],
    ["install-fail", { done: 5, total: 7, percent: 71.4 }],
    ["install-fail-narrow", { done: 5, total: 7, percent: 71.4 }],
    ["install-cache-only", { done: 0, total: 2, percent: 0 }],
    ["install-new", { done: 2, phase: "demo-par-b: finished" }],
  ])("Spack, %s", async (name, last) => {
    const seen = progressOf((await spackLines(name)).map(({ line }) => line));
    expect(seen.at(-1)).toMatchObject({ source: "spack", ...last });
    expectTruthful(seen);
  });

  it("follows the outer one of two bars, and takes the time left from tqdm", () => {
    const seen = progressOf(sample("tqdm-nested"));
    const outer = seen.filter(({ step }) => step === 1);
    expect(outer.map(({ phase }) => phase)).toEqual(outer.map(() => "epochs"));
    expect(outer.map(({ done }) => done)).toEqual([0, 1, 2, 3, 3]);
    expect(outer.map(({ eta }) => eta)).toEqual([undefined, 1, 0, 0, 0]);
  });

  it("takes a whole bar that was drawn with carriage returns as one line", () => {
    const text = readFileSync(inRepository("test/fixtures/jobs/progress/tqdm.txt"), "utf8");
    expect(progressOf([text]).at(-1)).toMatchObject({ percent: 100, done: 30, total: 30 });
  });
});

describe("createProgressReader, Bazel", () => {
  it("reads counts with separators and time stamps, tests, and the end", () => {
    const seen = progressOf([
      "Loading: 0 packages loaded",
      "Analyzing: target //a:b (12 packages loaded, 40 targets configured)",
      "\u001b[32m[1,012 / 2,024]\u001b[0m Compiling a.cc; 3s linux-sandbox ... (4 actions, 3 running)",
      "(12:34:56) [1,500 / 2,024] 3 / 20 tests; Testing //a:c; 1s",
      "INFO: Build completed successfully, 2024 total actions",
    ]);
    expect(seen).toMatchObject([
      { phase: "loading" },
      { phase: "analysis" },
      { phase: "build", done: 1012, total: 2024, percent: 50 },
      { phase: "test", done: 1500, percent: 74.1 },
      { done: 2024, total: 2024, percent: 100, eta: 0 },
    ]);
    expect(seen[0]).not.toHaveProperty("percent");
  });

  it("holds the percentage when a little more work is found, and begins a step when much more is", () => {
    const seen = progressOf(["[10 / 20] a", "[11 / 23] b", "[12 / 345] c", "[13 / 345] d"]);
    expect(seen.map(({ step, percent }) => [step, percent])).toEqual([
      [1, 50],
      [1, 50],
      [2, 3.4],
      [2, 3.7],
    ]);
  });

  it("lets others speak after it has failed", () => {
    const seen = progressOf([
      "[5 / 9] a",
      "[1/2] ignored",
      "FAILED: Build did NOT complete successfully",
      "[1/2] b",
    ]);
    expect(seen.map(({ source, percent }) => [source, percent])).toEqual([
      ["bazel", 55.5],
      ["bazel", 55.5],
      ["ninja", 50],
    ]);
  });
});

describe("createProgressReader, what a job declares", () => {
  it.each([
    [
      '::sygaldry progress=0.42 phase="second \\"epoch\\"" eta=120::',
      { percent: 42, phase: 'second "epoch"', eta: 120 },
    ],
    ["::sygaldry progress=42.5%::\r\n", { percent: 42.5 }],
    ["::sygaldry progress=57/100 phase=train::", { percent: 57, done: 57, total: 100, phase: "train" }],
    ["::sygaldry progress=1::", { percent: 100, eta: 0 }],
    ["::sygaldry phase=load unknown=value::", { phase: "load" }],
  ])("%j", (line, expected) => {
    expect(progressOf([line])).toEqual([{ source: "job", step: 1, ...expected }]);
  });

  it.each([
    "::sygaldry::",
    "::sygaldry ::",
    "::sygaldry progress=1.5::",
    "::sygaldry progress=-1::",
    "::sygaldry progress=NaN::",
    "::sygaldry progress=1e-1::",
    "::sygaldry progress=3/2::",
    "::sygaldry progress=0/0::",
    "::sygaldry progress=0.1 eta=soon::",
    '::sygaldry progress=0.1 phase="open::',
    "::sygaldry progress=0.1 and more::",
    " ::sygaldry progress=0.1::",
    "say ::sygaldry progress=0.1::",
    `::sygaldry progress=0.1 phase=${"x".repeat(500)}::`,
  ])("not %j", (line) => {
    expect(progressOf([line])).toEqual([]);
  });

  it("counts for ever once it was said", () => {
    const seen = progressOf([
      "[1/4] a",
      "::sygaldry progress=10%::",
      "[2/4] b",
      "::sygaldry progress=1::",
      "[3/4] c",
    ]);
    expect(seen.map(({ source, step }) => [source, step])).toEqual([
      ["ninja", 1],
      ["job", 2],
      ["job", 2],
    ]);
  });

  it("shows a phase as one short line", () => {
    const [seen] = progressOf([`::sygaldry phase="${"é".repeat(90)}"::`]);
    expect(seen?.phase).toBe(`${"é".repeat(79)}…`);
    const [other] = progressOf(['::sygaldry phase="a\\n\\u001b[2Jb\\u202ec"::']);
    expect(other?.phase).toBe("a [2Jb c");
  });
});

describe("createProgressReader, turns", () => {
  it("begins a step when a count starts again", () => {
    const seen = progressOf(["[98/99] a", "[99/99] b", "[1/99] c", "[40/99] d", "[1/3] e"]);
    expect(seen.map(({ step }) => step)).toEqual([1, 1, 2, 2, 3]);
  });

  it("lets a build inside Spack not disturb it", () => {
    const seen = progressOf([
      "==> Installing hdf5-1.14.5-abcdefghijklmnopqrstuvwxyz234567 [3/45]",
      "[ 99%] Building C object a.o",
      "[100%] Built target a",
      "[+] /opt/spack_store/hdf5",
    ]);
    expect(seen).toMatchObject([
      { phase: "hdf5", done: 0 },
      { done: 1, total: 45 },
    ]);
  });

  it("follows another tool of the same rank only when the first is silent", () => {
    const at = ["[1/9] a", "[ 50%] x", "[2/9] b"];
    expect(progressOf(at).map(({ source }) => source)).toEqual(["ninja", "ninja"]);
    expect(progressOf(at, 11_000).map(({ source }) => source)).toEqual(["ninja", "cmake", "ninja"]);
  });

  it("gives up a bar that was left unfinished when others come and go", () => {
    const bar = (title: string, done: number) =>
      `${title}:  ${done}%|#  | ${done}/100 [00:01<00:09, 4.5it/s]`;
    const lines = [
      bar("first", 80),
      bar("second", 10),
      bar("second", 90),
      bar("third", 10),
      bar("third", 20),
    ];
    expect(progressOf(lines, 4000).map(({ phase }) => phase)).toEqual(["first", "third", "third"]);
  });

  it("takes a count that is no progress for ordinary output", () => {
    const lines = [
      "[12/11/2026] x",
      "[5/3] a",
      "[0/0] a",
      "[ 101%] a",
      "100%",
      "50%| a",
      "list[1/2]",
      "Collecting data from x",
    ];
    expect(progressOf(lines)).toEqual([]);
  });
});

describe("createProgressReader, hostile lines", () => {
  it("finds progress at the ends of a very long line, and costs no more for it", () => {
    const long = "x".repeat(5_000_000);
    expect(progressOf([`[3/4] ${long}`])).toMatchObject([{ done: 3, total: 4 }]);
    expect(progressOf([`${long} PASSED [ 57%]`])).toMatchObject([{ percent: 57 }]);
  });

  it("survives whatever comes, in linear time", () => {
    const pieces = [
      "[",
      "1",
      "/",
      " ",
      "%|",
      "]",
      "=",
      "\u001b[",
      "\u001b]",
      "\r",
      "9",
      "━",
      "==> ",
      "\ud800",
      "::sygaldry ",
      '"',
      "\\",
    ];
    const reader = createProgressReader();
    let seed = 7;
    for (let round = 0; round < 3000; round += 1) {
      let line = "";
      for (let length = round % 40; length > 0; length -= 1) {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        line += (pieces[seed % pieces.length] ?? "").repeat(1 + (seed % 97));
      }
      const seen = reader.feed(line, "stderr", round);
      expect(seen === undefined || (seen.percent ?? 0) <= 100).toBe(true);
    }
  });

  it("keeps nothing of the lines it has seen but what it shows", () => {
    const reader = createProgressReader();
    reader.feed("::sygaldry progress=0.1 phase=a secret=hidden::", "stdout", 0);
    expect(JSON.stringify(reader.feed("::sygaldry progress=0.2::", "stdout", 1))).not.toContain("hidden");
  });
});
