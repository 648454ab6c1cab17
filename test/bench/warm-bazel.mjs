// node warm-bazel.mjs scan|read ROOT: does it again and again in a process of its own, and prints the median of its
// milliseconds once it is warm. `read` only lists and reads the same files, as anyone who looks at them must.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { scanWorkspace } from "../../extension/core/bazel/workspace/scan.ts";
import { median } from "./measure.mjs";

const [what, root] = process.argv.slice(2);

const subjects = {
  scan: async () => {
    const { packages } = await scanWorkspace(root);
    const count = packages.reduce((sum, { targets }) => sum + targets.filter((one) => one.certain).length, 0);
    if (packages.length !== 2000 || count !== 20_000) throw new Error(`${packages.length}: ${count}`);
  },
  read: () => {
    const files = readdirSync(root, { recursive: true }).filter((file) => file.endsWith("BUILD.bazel"));
    for (const file of files) readFileSync(path.join(root, file), "utf8");
  },
};

const times = [];
for (let round = 0; round < 20; round += 1) {
  const started = performance.now();
  await subjects[what]();
  if (round >= 8) times.push(performance.now() - started);
}
process.stdout.write(`${median(times)}\n`);
