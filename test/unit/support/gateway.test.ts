import { describe, expect, it } from "vitest";
import { gatewayOf } from "../../support/gateway.ts";

const network = (config: unknown) =>
  JSON.stringify([{ Name: "bridge", IPAM: { Config: config }, Options: {} }]);

describe("gatewayOf (unit)", () => {
  it("reads the IPv4 gateway", () => {
    expect(
      gatewayOf(network([{ Gateway: "fd00::1" }, { Subnet: "172.17.0.0/16", Gateway: "172.17.0.1" }])),
    ).toBe("172.17.0.1");
  });

  it("finds none before the first container has started, nor without addresses", () => {
    expect(gatewayOf(network([{ Subnet: "172.17.0.0/16" }]))).toBeUndefined();
    expect(gatewayOf(network(null))).toBeUndefined();
  });
});
