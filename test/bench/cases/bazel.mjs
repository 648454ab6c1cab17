import { largeWorkspace } from "../bazel.mjs";

/** In a process of its own, see warm-bazel.mjs. */
function warm(what) {
  return {
    command: process.execPath,
    args: ["test/bench/warm-bazel.mjs", what, largeWorkspace()],
    reports: true,
  };
}

export const scan = {
  prepare: () => {},
  cleanup: () => {},
  name: "scan 2,000 packages, 20,000 targets / only reading the files",
  goal: 8,
  ours: () => warm("scan"),
  peer: () => warm("read"),
};
