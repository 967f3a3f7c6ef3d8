export {
  DeliveryError,
  type DeliveryFault,
  faultText,
  type KeyFault,
  type PacketFault,
  type PacketRule,
  type PathStep,
  pathText,
  routeText,
  type TableFault,
} from "./delivery-fault.ts";
export { type DeliverySpec, deliverySpec } from "./delivery-spec.ts";
export { findKeyFault } from "./key-blocks.ts";
export { firstMatch, type TraceStep, traceKey } from "./trace-key.ts";
export { assertDelivery, type DeliveryProof, type VerifyOptions, verifyDelivery } from "./verify-delivery.ts";
