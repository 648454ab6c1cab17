// node warm.mjs WHAT LOCK [STORE]: does WHAT again and again in a process of its own, as the extension and the language server
// do, and prints the median of its milliseconds once it is warm.
import { readFileSync } from "node:fs";
import { samePaths } from "../../extension/core/site/paths.ts";
import { packageStates } from "../../extension/core/spack/environment/package-states.ts";
import { parseLockfile, readLockfile } from "../../extension/core/spack/lockfile/read-lockfile.ts";
import { verifyHashes } from "../../extension/core/spack/lockfile/verify-hashes.ts";
import { readDatabase } from "../../extension/core/spack/store/read-database.ts";
import { median } from "./measure.mjs";

const [what, lockFile, store] = process.argv.slice(2);
const text = readFileSync(lockFile, "utf8");

const subjects = {
  parse: () => JSON.parse(text),
  /** The text of a lock, with its hashes checked. */
  check: () => demand(verifyHashes(parseLockfile(text, lockFile))),
  /** From the files on: lock, hash check, database, whether every prefix is there. */
  load: async () => {
    const [loaded, database] = await Promise.all([readLockfile(lockFile), readDatabase(store)]);
    demand(verifyHashes(loaded));
    const known = { root: store, database, upstreams: [], failures: [], problems: [] };
    const packages = await packageStates(loaded.lock, known, samePaths);
    const absent = packages.filter(({ state }) => state !== "installed" && state !== "external");
    if (absent.length > 0) throw new Error(`${absent.length} packages are not installed`);
  },
};

const times = [];
for (let round = 0; round < 40; round += 1) {
  const started = performance.now();
  await subjects[what]();
  if (round >= 10) times.push(performance.now() - started);
}
process.stdout.write(`${median(times)}\n`);

function demand({ damaged, unverifiable }) {
  if (damaged.length + unverifiable.length > 0) throw new Error("not all hashes are verified");
}
