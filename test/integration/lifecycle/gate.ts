import { expect } from "vitest";
import { bridgeGateway } from "../../support/gateway.ts";
import { startMirror } from "../../support/mirror.ts";

/** A place in a build or a lifecycle command at which it waits until the test lets it go on. */
export interface Gate extends AsyncDisposable {
  /** A line of shell that waits there; when the gate is open it goes on at once. */
  readonly line: string;
  /** Is in the command line of whoever waits, and in no other's. */
  readonly address: string;
  /** Resolves when somebody waits. */
  reached(): Promise<void>;
  open(): Promise<void>;
}

export async function startGate(): Promise<Gate> {
  const mirror = await startMirror(await bridgeGateway());
  mirror.serve("/gate", "", "hang");
  const address = `${mirror.origin}/gate`;
  return {
    line: `curl -s --noproxy '*' --max-time 600 ${address} || :`,
    address,
    reached: () =>
      expect.poll(() => mirror.requests("/gate").length, { timeout: 300_000 }).toBeGreaterThan(0),
    open: mirror.close,
    [Symbol.asyncDispose]: mirror.close,
  };
}
