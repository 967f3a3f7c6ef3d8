/**
 * Runs public applications on all cores of one chip, started by real SCAMP, and says how fast. Neither is part of this
 * project: name files.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CoreEngine,
  createEmulatedMachine,
  type EmulatedMachine,
} from "../src/host-sim/machine/emulated-machine.ts";
import { machineOfSize } from "../src/machine/index.ts";
import { sendSignal, startStagedApplication } from "../src/sdp/application-commands.ts";
import { coreStateName } from "../src/sdp/core-state.ts";
import { encodeScpDatagram } from "../src/sdp/scp.ts";
import type { ScpCommand } from "../src/sdp/scp-command.ts";
import { HOST_ENDPOINT, SDP_FLAGS, TRANSIENT_TAG } from "../src/sdp/sdp.ts";
import { fingerprint, Meter, type Work } from "./emulator-meter.ts";
import { boot } from "./scamp-boot.ts";

export interface PublicApplicationSpeed extends Work {
  readonly program: string;
  readonly engine: CoreEngine;
  /** Of the first core at the end: what has become of the program, which may miss data or be for another SCAMP. */
  readonly state: string;
  /** What it printed, one line of it. */
  readonly printed: string;
  readonly fingerprint: number;
}

const STAGING = 0x6780_0000;
const SCP_PORT = 17_893;
const CORES = 0x1_fffe;
const APP_ID = 30;
const COMMAND_MILLIS = 20;
const RUN_MILLIS = 2000;

/**
 * @param image of SCAMP
 * @param directory of .aplx files
 * @param cpuSeconds CPU time of this process so far
 */
export function measurePublicApplications(
  image: Uint8Array,
  directory: string,
  engine: CoreEngine,
  cpuSeconds: () => number,
): PublicApplicationSpeed[] {
  const programs = readdirSync(directory).filter((file) => file.endsWith(".aplx"));
  return programs.sort().map((program) => {
    const emulated = createEmulatedMachine({ machine: machineOfSize(1, 1), engine });
    boot(emulated, image, "spin1");
    const binary = new Uint8Array(readFileSync(join(directory, program)));
    const padded = new Uint8Array((binary.length + 3) & ~3);
    padded.set(binary);
    emulated.poke(0, 0, STAGING, padded);
    const meter = new Meter(cpuSeconds);
    meter.work(emulated);
    send(emulated, startStagedApplication({ appId: APP_ID, coreMask: CORES, wait: false }));
    emulated.advanceMillis(RUN_MILLIS / 10);
    send(emulated, sendSignal("SYNC0", APP_ID));
    emulated.advanceMillis(RUN_MILLIS);
    const { vcpu, iobuf } = emulated.describeCore(0, 0, 1);
    return {
      program,
      engine,
      ...meter.work(emulated),
      state: coreStateName(vcpu.state),
      printed: iobuf.split("\n")[0] ?? "",
      fingerprint: fingerprint(emulated),
    };
  });
}

function send(emulated: EmulatedMachine, command: ScpCommand<unknown>): void {
  const { arg1, arg2, arg3, data } = command;
  const datagram = encodeScpDatagram(
    {
      flags: SDP_FLAGS.replyExpected,
      tag: TRANSIENT_TAG,
      destination: { x: 0, y: 0, core: 0, port: 0 },
      source: HOST_ENDPOINT,
    },
    { command: command.command, sequence: 0, arg1, arg2, arg3, data },
  );
  const [ethernet] = emulated.machine.ethernetChips;
  emulated.receiveUdp(ethernet!, { address: "192.168.240.254", port: 40_000 }, SCP_PORT, datagram);
  emulated.advanceMillis(COMMAND_MILLIS);
}
