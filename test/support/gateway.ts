import { networkInterfaces } from "node:os";
import { z } from "zod";
import { docker } from "./docker.ts";

const networks = z
  .array(
    z.object({
      IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })).nullable() }),
      Options: z.record(z.string(), z.string()).nullable(),
    }),
  )
  .min(1);

/**
 * The address of this machine that containers and `docker build` on the default bridge reach. Docker does not name a
 * gateway until the first container has started, so the address of the bridge's interface stands in for it.
 */
export async function bridgeGateway(): Promise<string> {
  const { stdout } = await docker(["network", "inspect", "bridge"]);
  const found = gatewayOf(stdout) ?? interfaceAddress(interfaceOf(stdout));
  if (found === undefined)
    throw new Error("Docker's network `bridge` has neither a gateway nor an address here");
  return found;
}

/** The IPv4 gateway in the output of `docker network inspect`, if it names one. */
export function gatewayOf(inspected: string): string | undefined {
  const [network] = networks.parse(JSON.parse(inspected));
  return network?.IPAM.Config?.map(({ Gateway }) => Gateway?.split("/")[0]).find((address) =>
    address?.includes("."),
  );
}

function interfaceOf(inspected: string): string {
  const [network] = networks.parse(JSON.parse(inspected));
  return network?.Options?.["com.docker.network.bridge.name"] ?? "docker0";
}

function interfaceAddress(name: string): string | undefined {
  return networkInterfaces()[name]?.find(({ family }) => family === "IPv4")?.address;
}
