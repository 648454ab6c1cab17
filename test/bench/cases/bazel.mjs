import { acquireBazel, bazelQuery, coldBazelQuery, coldTargets, largeWorkspace, targets } from "../bazel.mjs";

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

/** Beside a real Bazel 7.7.1: what a user waits for, from the start of the process to its end. */
const asked = { prepare: acquireBazel, cleanup: () => {} };
const peer = "bazel query //... --output=label_kind";

export const firstPaintCold = {
  ...asked,
  name: `targets --scan / ${peer}, cold (20,000 targets)`,
  ...{ goal: 0.1, rounds: 2, ours: () => targets("--scan"), peer: coldBazelQuery },
};

export const exactCold = {
  ...asked,
  name: `targets / ${peer}, both cold (20,000 targets)`,
  ...{ goal: 1.25, rounds: 2, ours: coldTargets, peer: coldBazelQuery },
};

export const firstPaintWarm = {
  ...asked,
  name: `targets --scan / ${peer}, warm (20,000 targets)`,
  ...{ rounds: 7, ours: () => targets("--scan"), peer: bazelQuery },
};

export const exactWarm = {
  ...asked,
  name: `targets / ${peer}, both warm (20,000 targets)`,
  ...{ rounds: 7, ours: () => targets(), peer: bazelQuery },
};
