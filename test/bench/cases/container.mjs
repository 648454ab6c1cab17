import { acquire, devcontainer, dockerExec, gitStatus, sygaldry } from "../container.mjs";

const shared = { prepare: acquire, cleanup: () => {} };

export const warmUp = {
  ...shared,
  name: "warm up / devcontainer up (20,000 files)",
  goal: 0.4,
  ours: () => sygaldry("up", "--quiet"),
  peer: () => devcontainer("up"),
};

export const exec = {
  ...shared,
  name: "exec -- true / devcontainer exec true",
  goal: 0.25,
  ours: () => sygaldry("exec", "--", "true"),
  peer: () => devcontainer("exec", "true"),
};

export const execAgainstDocker = {
  ...shared,
  name: "exec -- true / docker exec true",
  goal: 2.5,
  ours: () => sygaldry("exec", "--", "true"),
  peer: () => dockerExec("true"),
};

/** Whether anything changed is known without looking at the repository's files. */
export const nothingChanged = {
  ...shared,
  name: "up --dry-run / git status (20,000 files)",
  ours: () => sygaldry("up", "--dry-run"),
  peer: () => gitStatus(),
};
