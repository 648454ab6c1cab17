import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startServer } from "../language-client.mjs";
import { largeEnvironment } from "../spack.mjs";

const rounds = 20;
const recipes = process.env.SYGALDRY_SPACK_PACKAGES;

/** The median of what `work` takes, in milliseconds. */
async function median(work) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await work(round);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

/** Besides the time the server's memory is told, in megabytes. */
function tell(server) {
  process.stderr.write(`the language server has ${server.memory().toFixed(0)} MB\n`);
}

export const keystroke = {
  name: "diagnostics after a keystroke, 83 roots and 456 packages",
  goal: 100,
  prepare: () => {},
  cleanup: () => {},
  async measure() {
    const server = await startServer();
    const file = path.join(largeEnvironment().environment, "spack.yaml");
    const uri = await server.open(file);
    await server.diagnostics();
    const line = readFileSync(file, "utf8")
      .split("\n")
      .findIndex((one) => one.includes("- hdf5"));
    const settled = await median(async () => {
      await server.edit(uri, line, 8, "x");
      await server.diagnostics();
    });
    const textDocument = { uri };
    const hover = await median(() =>
      server.request("textDocument/hover", { textDocument, position: { line: line + 1, character: 6 } }),
    );
    tell(server);
    await server.stop();
    return { "settled (40 of it waited for)": settled, hover };
  },
};

export const opening = {
  name: "the first diagnostics of 83 roots and 456 packages: lock, store and view read",
  goal: 250,
  prepare: () => {},
  cleanup: () => {},
  async measure() {
    const server = await startServer();
    const started = performance.now();
    await server.open(path.join(largeEnvironment().environment, "spack.yaml"));
    await server.diagnostics();
    const opened = performance.now() - started;
    await server.stop();
    return { opened };
  },
};

export const names = {
  name: "completion of package names, full repository",
  goal: 150,
  prepare: () =>
    recipes !== undefined && existsSync(path.join(recipes, "repo.yaml"))
      ? undefined
      : "SYGALDRY_SPACK_PACKAGES names no repository of recipes",
  cleanup: () => {},
  async measure() {
    const server = await startServer();
    const folder = path.join(largeEnvironment().folder, "completion");
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, "spack.yaml");
    writeFileSync(file, `spack:\n  repos:\n    builtin: ${recipes}\n  specs:\n  - hd\n`);
    const uri = await server.open(file);
    await server.diagnostics();
    const ask = () =>
      server.request("textDocument/completion", {
        textDocument: { uri },
        position: { line: 4, character: 6 },
      });
    const started = performance.now();
    const { items } = await ask();
    const cold = performance.now() - started;
    process.stderr.write(`${items.length} packages\n`);
    const warm = await median(ask);
    tell(server);
    await server.stop();
    return { "after the listing": warm, "the first, with the listing": cold };
  },
};
