import type { Deployment } from "../image/deployment.ts";
import { assertDelivery, type DeliveryProof, deliverySpec } from "../mapper/verify/index.ts";

/**
 * Proves that every key of the deployment reaches exactly its targets and that every table fits.
 *
 * @throws {DeliveryError} with a counter-example
 */
export function proveDelivery({ machine, tables, netlist, placement, keys }: Deployment): DeliveryProof {
  return assertDelivery(machine, tables, deliverySpec(netlist, placement, keys));
}
