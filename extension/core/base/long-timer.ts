/** Node's timers take 24 days at most, and fire at once for more. */
const longest = 2 ** 31 - 1;

/** Like setTimeout, for any number of milliseconds. */
export function longTimer(milliseconds: number, action: () => void): { cancel(): void } {
  const until = performance.now() + milliseconds;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = until - performance.now();
    timer = left > longest ? setTimeout(wait, longest) : setTimeout(action, left);
  };
  wait();
  return { cancel: () => clearTimeout(timer) };
}
