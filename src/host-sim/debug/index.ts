export { CoreDebugger, type CorePlace, type DebugStop } from "./core-debugger.ts";
export { GdbServer, type GdbServerOptions } from "./gdb-server.ts";
