// A synthetic monorepo: packages of ten rules each, three folders deep, with what BUILD files are made of.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

let made;

/** Makes the workspace of 2,000 packages and 20,000 targets, once; its root. */
export function largeWorkspace() {
  made ??= makeLarge();
  return made;
}

function makeLarge() {
  const root = mkdtempSync(path.join(tmpdir(), "sygaldry-bench-"));
  process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  writeFileSync(path.join(root, "MODULE.bazel"), 'module(name = "large")\n');
  for (let number = 0; number < 2000; number += 1) {
    const folder = path.join(root, `area${number % 20}`, `part${number % 100}`, `package${number}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "BUILD.bazel"), buildFile(number));
  }
  return root;
}

function buildFile(number) {
  const rule = (index) => `
# Part ${index} of package ${number}.
cc_library(
    name = "part_${index}",
    srcs = glob(["part_${index}/*.cc"], exclude = ["**/*_test.cc"]),
    hdrs = ["part_${index}.h"],
    copts = ["-DNAME=\\"part\\""] + select({"//conditions:default": ["-O2"]}),
    deps = [${index > 0 ? `":part_${index - 1}"` : ""}],
)
`;
  return `load("@rules_cc//cc:defs.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])
${Array.from({ length: 10 }, (_, index) => rule(index)).join("")}`;
}
