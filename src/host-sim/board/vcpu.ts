/** `vcpu`, what a core says about itself: 128 bytes at 0xe5007000 + 128 · virtual core (spinnaker_tools `sark.h`). */

export const VCPU_OFFSET_IN_SYSRAM = 0x7000;
export const VCPU_BYTES = 128;
/** SARK clears vcpu up to `user0` when a core starts. */
export const VCPU_CLEARED_BYTES = 112;

export const VCPU_FIELDS = {
  rt_code: [44, 1],
  phys_cpu: [45, 1],
  cpu_state: [46, 1],
  app_id: [47, 1],
  mbox_ap_msg: [48, 4],
  mbox_mp_msg: [52, 4],
  mbox_ap_cmd: [56, 1],
  mbox_mp_cmd: [57, 1],
  sw_count: [58, 2],
  time: [68, 4],
  iobuf: [88, 4],
  sw_ver: [92, 4],
  user0: [112, 4],
  user1: [116, 4],
  user2: [120, 4],
  user3: [124, 4],
} as const;

export const VCPU_APP_NAME = 72;
export const VCPU_APP_NAME_BYTES = 16;

/** Mailbox commands from the monitor to a core. */
export const MAILBOX = { idle: 0, message: 1, ping: 2, signal: 3 } as const;
