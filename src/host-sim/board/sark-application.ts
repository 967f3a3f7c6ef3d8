/**
 * An application core in mode `model`, from its start to its end: what SARK does on the core, with the application
 * itself left to the engine.
 *
 * SARK fills vcpu, waits for START if told so, answers VER, READ, WRITE and FILL on SDP port 0, and keeps the toggle
 * that makes a core wait for SYNC0 and SYNC1 in turn. Source: spinnaker_tools `sark/sark_base.c`, `sark_event.c`.
 */

import type { ChipIndex } from "../../machine/machine.ts";
import { SIGNAL } from "../../sdp/application-commands.ts";
import { CORE_STATE } from "../../sdp/core-state.ts";
import { SCP_CODE } from "../../sdp/scp.ts";
import type { SdpMessage } from "../../sdp/sdp.ts";
import { executeAplx } from "./aplx.ts";
import type { ApplicationCore } from "./application-engine.ts";
import type { Chip } from "./chip.ts";
import type { ChipCore } from "./chip-core.ts";
import type { CoreRuntime } from "./core-runtime.ts";
import { DEFAULT_APPLICATION_NAME, isDefaultApplication } from "./default-application.ts";
import { IoBuf } from "./iobuf.ts";
import { MemoryFault } from "./memory-fault.ts";
import { type RoutedMessage, routed, turnRound } from "./routed-message.ts";
import { RTE } from "./run-time-error.ts";
import { answerAsSark } from "./sark-commands.ts";
import { replyPayload } from "./scp.ts";
import { MAILBOX, VCPU_CLEARED_BYTES } from "./vcpu.ts";

/** Bit 0 of the application flags: wait for START before c_main. */
const FLAG_WAIT = 1;
export class SarkApplication implements ApplicationCore, CoreRuntime {
  readonly appId: number;
  active = true;
  entryPoint = 0;
  readonly #chip: Chip;
  readonly #core: ChipCore;
  readonly #iobuf: IoBuf;
  #waitFlag: boolean;
  /** Flag level the next wait is for: SYNC0 waits until the bit is 0, SYNC1 until it is 1. */
  #syncLevel: 0 | 1 = 0;
  #waiting = false;
  /** The engine knows of the core. */
  #inMain = false;

  /** @param argument flags << 8 | app_id, as the boot stub hands it to the image */
  constructor(chip: Chip, core: ChipCore, argument: number) {
    this.#chip = chip;
    this.#core = core;
    this.appId = argument & 255;
    this.#waitFlag = ((argument >>> 8) & FLAG_WAIT) !== 0;
    this.#iobuf = new IoBuf(chip, core, this.appId);
  }

  get chip(): ChipIndex {
    return this.#chip.index;
  }

  get virtualCore(): number {
    return this.#core.virtual;
  }

  get physicalCore(): number {
    return this.#core.physical;
  }

  get itcm(): Uint8Array {
    return this.#core.memories.itcm;
  }

  get dtcm(): Uint8Array {
    return this.#core.memories.dtcm;
  }

  get state(): number {
    return this.#core.vcpu.get("cpu_state");
  }

  set #state(state: number) {
    this.#core.vcpu.set("cpu_state", state);
  }

  /** Come out of reset: run the image, fill vcpu, wait for START or enter c_main. An image that does not jump hangs. */
  boot(image: number): void {
    const idle = this.#tryMemory(() => isDefaultApplication(this.#chip.memory, image));
    const entryPoint = idle ? 0 : this.#tryMemory(() => executeAplx(this.#core.memory, image));
    if (entryPoint === undefined) return;
    this.entryPoint = entryPoint;
    const { vcpu, vcpuBytes } = this.#core;
    vcpuBytes.fill(0, 0, VCPU_CLEARED_BYTES);
    this.#state = CORE_STATE.WAIT;
    vcpu.set("phys_cpu", this.#core.physical);
    vcpu.set("app_id", this.appId);
    vcpu.set("time", this.#chip.sv.get("unix_time"));
    vcpu.set("sw_ver", this.#chip.sv.get("sw_ver"));
    if (idle) {
      this.#core.name = DEFAULT_APPLICATION_NAME;
      this.#state = CORE_STATE.IDLE;
    } else if (!this.#waitFlag) {
      this.#enterMain();
    }
  }

  /** The monitor takes the core away. */
  stop(): void {
    if (!this.active) return;
    this.active = false;
    if (this.#inMain) this.#chip.engine.note({ kind: "stop", core: this });
  }

  /** A signal by mailbox: START, PAUSE, CONT, EXIT, TIMER, USR0-3. */
  signal(signal: number): void {
    if (!this.#listens) {
      this.#core.vcpu.set("mbox_ap_cmd", MAILBOX.signal);
      this.#core.vcpu.set("mbox_ap_msg", signal);
      return;
    }
    if (signal === SIGNAL.START) {
      this.#waitFlag = false;
      if (this.state === CORE_STATE.WAIT) this.#enterMain();
      return;
    }
    if (!this.#takesEvents) return;
    if (signal === SIGNAL.PAUSE) this.#state = CORE_STATE.PAUSE;
    if (signal === SIGNAL.CONT) this.#state = CORE_STATE.RUN;
    this.#chip.engine.note({ kind: "signal", core: this, signal });
  }

  /** The chip's flags changed, or a wait begins: go on if the bit has the level waited for. */
  checkFlag(): void {
    if (!this.#waiting || !this.active) return;
    const level = (this.#chip.systemController.flags >>> this.#core.virtual) & 1;
    if (level !== this.#syncLevel) return;
    this.#waiting = false;
    this.#syncLevel = this.#syncLevel === 0 ? 1 : 0;
    this.#state = CORE_STATE.RUN;
    this.#chip.engine.note({ kind: "resume", core: this });
  }

  /**
   * A message from the monitor's mailbox.
   * @returns OK, or TIMEOUT if an earlier message still lies there, or BUF if the chip has no buffer left
   */
  receive(message: RoutedMessage): number {
    const { vcpu } = this.#core;
    if (vcpu.get("mbox_ap_cmd") !== MAILBOX.idle) return SCP_CODE.TIMEOUT;
    const buffer = this.#chip.takeSharedBuffer();
    if (buffer === 0) return SCP_CODE.BUF;
    vcpu.set("mbox_ap_msg", buffer);
    vcpu.set("mbox_ap_cmd", MAILBOX.message);
    if (!this.#listens) return SCP_CODE.OK;
    this.#chip.afterCoreLatency(this.#core.virtual, () => {
      if (!this.active || !this.#listens) return;
      vcpu.set("mbox_ap_cmd", MAILBOX.idle);
      this.#chip.returnSharedBuffer(buffer);
      this.#take(message);
    });
    return SCP_CODE.OK;
  }

  // ---- what the application can do ----

  user(n: 0 | 1 | 2 | 3): number {
    return this.#core.vcpu.get(USER[n]);
  }

  setUser(n: 0 | 1 | 2 | 3, value: number): void {
    if (this.active) this.#core.vcpu.set(USER[n], value);
  }

  setName(name: string): void {
    if (this.active) this.#core.name = name;
  }

  waitForSync(): void {
    if (!this.#mayChangeState) return;
    this.#state = this.#syncLevel === 0 ? CORE_STATE.SYNC0 : CORE_STATE.SYNC1;
    this.#waiting = true;
    this.checkFlag();
  }

  exit(): void {
    if (!this.#mayChangeState) return;
    this.#waiting = false;
    this.#state = CORE_STATE.EXIT;
  }

  fail(rteCode: number): void {
    if (!this.#mayChangeState) return;
    this.#waiting = false;
    this.#core.vcpu.set("rt_code", rteCode);
    this.#state = CORE_STATE.RTE;
  }

  print(text: string): void {
    if (this.active && !this.#iobuf.put(text)) this.fail(RTE.iobuf);
  }

  sendSdp(message: SdpMessage): void {
    if (this.active) this.#chip.monitor.route(routed(message));
  }

  // ---- SARK's own ----

  #enterMain(): void {
    this.#inMain = true;
    this.#state = CORE_STATE.SARK;
    this.#chip.engine.note({ kind: "start", core: this });
  }

  /** A core that has failed or hangs in its image does not look at its mailbox. */
  get #listens(): boolean {
    return this.state >= CORE_STATE.WAIT;
  }

  /** The application is there and has not ended. */
  get #takesEvents(): boolean {
    return this.#inMain && this.state !== CORE_STATE.EXIT;
  }

  get #mayChangeState(): boolean {
    return this.active && this.state >= CORE_STATE.WAIT;
  }

  /** An image that leads where there is no memory hangs the core. */
  #tryMemory<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (error instanceof MemoryFault) return undefined;
      throw error;
    }
  }

  #take(message: RoutedMessage): void {
    if (message.destination.port !== 0) {
      if (this.#takesEvents) this.#chip.engine.note({ kind: "receive", core: this, message });
      return;
    }
    try {
      const outcome = answerAsSark(this.#chip, this.#core, message);
      this.#chip.monitor.route(turnRound(message, replyPayload(message, outcome)));
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
      this.fail(RTE.dataAbort);
      if (this.#inMain) this.#chip.engine.note({ kind: "stop", core: this });
    }
  }
}

const USER = ["user0", "user1", "user2", "user3"] as const;
