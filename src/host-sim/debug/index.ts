export { CoreDebugger, type CorePlace, type DebugStop } from "./core-debugger.ts";
export { GdbPortError, GdbServer, type GdbServerOptions } from "./gdb-server.ts";
