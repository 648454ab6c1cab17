import { messageOf, SygaldryError } from "../../base/errors.ts";
import { type Fact, known, unknown } from "../../base/fact.ts";

export interface Bounds {
  /** Milliseconds that a probe may take. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The value of `probe`, or why there is none: it failed, or took longer than allowed. A probe that does not heed its signal
 * is left behind when time is up: a program stuck in the kernel's driver cannot be ended.
 * Throws only, and always, when `bounds.signal` fires: SYG-CANCELLED, after the probe has settled or its time is up.
 */
export async function bounded<T>(
  bounds: Bounds,
  probe: (signal: AbortSignal) => Promise<T>,
): Promise<Fact<T>> {
  throwIfCancelled(bounds);
  const stop = new AbortController();
  const end = () => stop.abort();
  bounds.signal?.addEventListener("abort", end);
  const late = unknown<T>(`timed out after ${bounds.timeout / 1000} s`);
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<Fact<T>>((resolve) => {
    timer = setTimeout(() => {
      resolve(late);
      end();
    }, bounds.timeout);
  });
  const result = probe(stop.signal).then(known, (error: unknown) => unknown<T>(messageOf(error)));
  const fact = await Promise.race([result, timeUp]);
  clearTimeout(timer);
  bounds.signal?.removeEventListener("abort", end);
  throwIfCancelled(bounds);
  return fact;
}

function throwIfCancelled({ signal }: Bounds): void {
  if (signal?.aborted) throw new SygaldryError("SYG-CANCELLED", "looking at this machine was cancelled");
}
