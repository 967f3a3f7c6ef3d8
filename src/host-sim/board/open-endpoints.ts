/** The UDP ports of a board: one address for each Ethernet chip, one port for all. */

import type { ChipIndex } from "../../machine/machine.ts";
import { PortInUseError } from "../../sdp/errors.ts";
import { type EndpointOptions, EthernetEndpoint } from "./ethernet-endpoint.ts";
import { octets } from "./pcap.ts";

/** Tries to find one port that is free on all addresses. */
const PORT_TRIES = 16;

/**
 * Open the endpoints of Ethernet chips: the first at the address given, the next ones at the addresses after it.
 *
 * @param options its port is 0 for any that is free on all addresses
 * @throws {PortInUseError | UdpError} an address or port is not to be had
 */
export async function openEndpoints(
  chips: readonly ChipIndex[],
  options: EndpointOptions,
): Promise<Map<ChipIndex, EthernetEndpoint>> {
  for (let tries = 1; ; tries++) {
    const endpoints = new Map<ChipIndex, EthernetEndpoint>();
    try {
      for (const chip of chips) {
        const address = addressAfter(options.address, endpoints.size);
        const port = endpoints.values().next().value?.end.port ?? options.port;
        endpoints.set(chip, await EthernetEndpoint.open({ ...options, address, port }));
      }
      return endpoints;
    } catch (error) {
      await closeEndpoints(endpoints);
      const retry = error instanceof PortInUseError && options.port === 0 && endpoints.size > 0 && tries < PORT_TRIES;
      if (!retry) throw error;
    }
  }
}

export async function closeEndpoints(endpoints: ReadonlyMap<ChipIndex, EthernetEndpoint>): Promise<void> {
  await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
}

/** The n-th IPv4 address after one. */
function addressAfter(address: string, n: number): string {
  const word = octets(address).reduce((value, octet) => value * 256 + octet, 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(word / 2 ** shift) % 256).join(".");
}
