import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { bounded } from "../../../../../extension/core/project/host/bounded.ts";

const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("bounded (unit)", () => {
  test("gives the value, or why there is none", async () => {
    const bounds = { timeout: 60_000 };
    expect(await bounded(bounds, async () => 7)).toEqual({ known: true, value: 7 });
    expect(await bounded(bounds, () => Promise.reject(new Error("no such thing")))).toEqual({
      known: false,
      why: "no such thing",
    });
  });

  test("ends what takes too long, and leaves behind what does not end", async () => {
    let asked = false;
    const heeds = await bounded({ timeout: 20 }, (signal) => {
      signal.addEventListener("abort", () => (asked = true));
      return hang(signal);
    });
    expect(heeds).toEqual({ known: false, why: "timed out after 0.02 s" });
    expect(asked).toBe(true);
    expect(await bounded({ timeout: 20 }, () => new Promise(() => {}))).toEqual(heeds);
  });

  test("throws on the caller's signal, after the probe has settled, and leaves no listener", async () => {
    const abort = new AbortController();
    let settled = false;
    const running = bounded({ timeout: 60_000, signal: abort.signal }, async (signal) => {
      await hang(signal).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      settled = true;
    });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: "SYG-CANCELLED" });
    expect(settled).toBe(true);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    await expect(bounded({ timeout: 1, signal: abort.signal }, async () => 1)).rejects.toMatchObject({
      code: "SYG-CANCELLED",
    });
  });
});
