import { spawn } from "node:child_process";

/**
 * Runs ours and the peer's in turn, `rounds` times after one round to warm up, so that whatever slows the
 * machine down meets both; the time of `less`, if any, is taken off ours. Returns the medians in milliseconds; throws when
 * a command fails.
 */
export async function comparePair(ours, peer, less, rounds) {
  const times = { ours: [], peer: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const pair = [await timeOf(ours), await timeOf(peer)];
    const off = less === undefined ? 0 : await timeOf(less);
    if (round === 0) continue;
    times.ours.push(pair[0] - off);
    times.peer.push(pair[1]);
  }
  return { ours: median(times.ours), peer: median(times.peer) };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Of a command that `reports`, what it says itself: its first line of output, in milliseconds. */
async function timeOf(subject) {
  const { took, said } = await timeOfCommand(subject);
  return subject.reports ? Number(said.split("\n")[0]) : took;
}

/** From the start of the process to its end. `env` is added to this process's environment. */
function timeOfCommand({ command, args, cwd, env }) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    let took = 0;
    child.once("exit", () => (took = performance.now() - started));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve({ took, said });
      else reject(new Error(`${[command, ...args].join(" ")} exited with ${code}\n${said.trim()}`));
    });
  });
}
