// node watch-latency.mjs FOLDER: replaces the statuses of 100 jobs in turn, as a supervisor does, and prints the median and the
// worst of the milliseconds from the renaming to the callback of watchJobs.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { watchJobs } from "../../extension/core/jobs/watch.ts";
import { median } from "./measure.mjs";

const [folder] = process.argv.slice(2);
let onTold = () => {};
// The watcher itself keeps no process alive.
const alive = setInterval(() => {}, 1000);
const watcher = await watchJobs(folder, (jobs) => onTold(jobs));
const times = [];
for (let number = 0; number < 100; number += 1) {
  const job = `job-${number * 97}`;
  const file = path.join(folder, `${job}.status`);
  const temporary = path.join(folder, `.${job}.new`);
  writeFileSync(temporary, readFileSync(file));
  const told = new Promise((resolve) => {
    onTold = (jobs) => {
      if (jobs?.has(job)) resolve(performance.now());
    };
  });
  renameSync(temporary, file);
  const renamed = performance.now();
  times.push((await told) - renamed);
  // Not at the same point of the watcher's rhythm each time.
  await sleep(number % 30);
}
watcher.dispose();
clearInterval(alive);
process.stdout.write(JSON.stringify({ median: median(times), "the worst of 100": Math.max(...times) }));
