/** How long the command line takes to start, against an empty Node. */
export const version = {
  name: "sygaldry --version",
  goal: 1.5,
  prepare: () => {},
  ours: () => ({ command: process.execPath, args: ["dist/cli.cjs", "--version"] }),
  peer: () => ({ command: process.execPath, args: ["-e", "0"] }),
  cleanup: () => {},
};
