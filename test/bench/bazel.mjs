// A synthetic monorepo: packages of ten rules each, three folders deep, with what BUILD files are made of.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  fillLarge(root, buildFile);
  return root;
}

function fillLarge(root, text) {
  writeFileSync(path.join(root, "MODULE.bazel"), 'module(name = "large")\n');
  for (let number = 0; number < 2000; number += 1) {
    const folder = path.join(root, `area${number % 20}`, `part${number % 100}`, `package${number}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "BUILD.bazel"), text(number));
  }
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

let asked;

/** A real Bazel with such a workspace beside it, once; a reason why there is none here. */
export async function acquireBazel() {
  asked ??= startAsked();
  return (await asked).problem;
}

async function startAsked() {
  try {
    execFileSync("docker", ["image", "inspect", "sygaldry-test-bazel"], { stdio: "ignore" });
  } catch {
    return { problem: "there is no image with Bazel (sygaldry-test-bazel): test/run.sh makes it" };
  }
  const { startBazel } = await import("../support/bazel.ts");
  const bazel = await startBazel();
  process.once("beforeExit", () => void bazel[Symbol.asyncDispose]());
  const { path: root } = await bazel.workspace("large", {});
  // The distribution's Bazel has cc_library without a load, and nothing to load it from.
  fillLarge(root, (number) => buildFile(number).replace(/^load.*\n/, ""));
  copyFileSync(process.execPath, path.join(bazel.folder, "node"));
  cpSync("dist", path.join(bazel.folder, "dist"), { recursive: true });
  return { bazel, root };
}

/** `sygaldry bazel targets` beside that Bazel. */
export async function targets(...args) {
  const { bazel } = await asked;
  return inside("env", `XDG_CACHE_HOME=${bazel.folder}/cache`, ...(await cli()), "bazel", "targets", ...args);
}

/** The same, with what it keeps and its server gone before. */
export async function coldTargets() {
  const { bazel } = await asked;
  const at = `${bazel.folder}/cache/sygaldry/bazel_query`;
  const gone = `for base in ${at}/*; do bazel --output_base=$base shutdown; done; chmod -R u+w ${at}; rm -rf ${at}`;
  const call = ["env", `XDG_CACHE_HOME=${bazel.folder}/cache`, ...(await cli()), "bazel", "targets"];
  return inside("sh", "-c", `{ ${gone}; } >/dev/null 2>&1; exec "$@"`, "sh", ...call);
}

const query = ["query", "//...", "--output=label_kind"];

export function bazelQuery() {
  return inside("bazel", "--max_idle_secs=600", ...query);
}

/** Its server and all that it keeps gone before. */
export async function coldBazelQuery() {
  const { bazel } = await asked;
  const at = `${bazel.folder}/cold_base`;
  const gone = `bazel --output_base=${at} shutdown; chmod -R u+w ${at}; rm -rf ${at}`;
  const call = ["bazel", `--output_base=${at}`, ...query];
  return inside("sh", "-c", `{ ${gone}; } >/dev/null 2>&1; exec "$@"`, "sh", ...call);
}

async function cli() {
  const { bazel } = await asked;
  return [`${bazel.folder}/node`, `${bazel.folder}/dist/cli.cjs`];
}

async function inside(...argv) {
  const { bazel, root } = await asked;
  return { command: "docker", args: ["exec", "-w", root, bazel.id, ...argv] };
}
