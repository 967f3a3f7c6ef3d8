/** ARM code for tests, as words, with its source beside it. */

/** An APLX file that copies `code` to address 0 and enters it there: RCOPY, EXEC, code. */
export function aplx(code: readonly number[]): Uint8Array {
  const RCOPY = 2;
  const EXEC = 4;
  const codeBytes = Math.ceil(code.length / 8) * 32;
  const words = new Uint32Array(8 + codeBytes / 4);
  words.set([RCOPY, 0, 32, codeBytes, EXEC, 0, 0, 0]);
  words.set(code, 8);
  return new Uint8Array(words.buffer);
}

/**
 * A citizen of a chip: stores r0-r4, sp, lr and CPSR at 0x60000100, sets its state to RUN, and then obeys its mailbox:
 * signals go to user0, the argument of a ping to user1, messages back to the monitor, and at an interrupt with an
 * empty mailbox the flags of the System Controller go to user2.
 *
 *         ldr r5, =0x60000100;  stmia r5!, {r0-r4, sp, lr};  mrs r6, cpsr;  str r6, [r5]
 *         ldr r5, =0xe5007000;  ldr r6, =0x40000014;  ldr r6, [r6];  mov r6, r6, lsr #24       @ physical number
 *         add r7, r5, #0xf00;  add r7, r7, #0x94;  ldrb r7, [r7, r6];  add r9, r5, r7, lsl #7  @ virtual, vcpu
 *         mov r0, #7;  strb r0, [r9, #46]
 *         ldr r10, =0x1f000000;  mov r0, #0x40000;  str r0, [r10, #0x10]                       @ VIC: CPU_INT
 *         ldr r11, =0xe2000000;  ldr r12, =0x5ec00000;  mov r8, #1
 *   wait: mcr p15, 0, r0, c7, c0, 4;  orr r0, r12, r8, lsl r6;  str r0, [r11, #0x0c]           @ CLR_IRQ
 *         ldrb r0, [r9, #0x38];  ldr r1, [r9, #0x30]
 *         cmp r0, #0;  ldreq r2, [r11, #0x58];  streq r2, [r9, #0x78];  beq wait
 *         mov r2, #0;  strb r2, [r9, #0x38]
 *         cmp r0, #3;  streq r1, [r9, #0x70];  cmp r0, #2;  streq r1, [r9, #0x74]
 *         cmp r0, #1;  bne wait
 *         str r1, [r9, #0x34];  strb r0, [r9, #0x39]
 *         ldr r2, [r5, #0xfec];  orr r2, r2, r8, lsl r7;  str r2, [r5, #0xfec]                 @ mbox_flags
 *         add r3, r5, #0xf00;  ldrb r3, [r3, #0xa8];  orr r0, r12, r8, lsl r3;  str r0, [r11, #8]
 *         b wait
 */
export const CITIZEN: readonly number[] = [
  0xe59f_50b4, 0xe8a5_601f, 0xe10f_6000, 0xe585_6000, 0xe59f_50a8, 0xe3a0_6151, 0xe596_6000, 0xe1a0_6c26, 0xe285_7c0f,
  0xe287_7094, 0xe7d7_7006, 0xe085_9387, 0xe3a0_0007, 0xe5c9_002e, 0xe3a0_a41f, 0xe3a0_0701, 0xe58a_0010, 0xe3a0_b4e2,
  0xe59f_c074, 0xe3a0_8001, 0xee07_0f90, 0xe18c_0618, 0xe58b_000c, 0xe5d9_0038, 0xe599_1030, 0xe350_0000, 0x059b_2058,
  0x0589_2078, 0x0aff_fff6, 0xe3a0_2000, 0xe5c9_2038, 0xe350_0003, 0x0589_1070, 0xe350_0002, 0x0589_1074, 0xe350_0001,
  0x1aff_ffee, 0xe589_1034, 0xe5c9_0039, 0xe595_2fec, 0xe182_2718, 0xe585_2fec, 0xe285_3c0f, 0xe5d3_30a8, 0xe18c_0318,
  0xe58b_0008, 0xeaff_ffe4, 0x6000_0100, 0xe500_7000, 0x5ec0_0000,
];

/**
 * Sends a multicast packet with the key at 0x00400000, and another one whenever a packet arrives; counts those at
 * 0x60000000.
 *
 *         mov r10, #0x10000000;  mov r9, #0x60000000;  mov r8, #0x1f000000;  mov r6, #0x400000;  ldr r6, [r6]
 *         mov r0, #0x1000000;  str r0, [r8, #0x10]                                               @ VIC: MC packet
 *         mov r7, #0;  str r6, [r10, #8]                                                         @ TKR
 *   wait: mcr p15, 0, r0, c7, c0, 4;  ldr r0, [r10, #0x14]                                       @ RKR
 *         add r7, r7, #1;  str r7, [r9];  str r6, [r10, #8];  b wait
 */
export const PINGER: readonly number[] = [
  0xe3a0_a201, 0xe3a0_9206, 0xe3a0_841f, 0xe3a0_6501, 0xe596_6000, 0xe3a0_0401, 0xe588_0010, 0xe3a0_7000, 0xe58a_6008,
  0xee07_0f90, 0xe59a_0014, 0xe287_7001, 0xe589_7000, 0xe58a_6008, 0xeaff_fff9,
];

/**
 * Sends a multicast packet with key -1 after as many rounds as the word at 0x00400000 says, then sleeps.
 *
 *         mov r10, #0x10000000;  mov r7, #0x400000;  ldr r7, [r7]
 *   loop: subs r7, r7, #1;  bpl loop;  str r7, [r10, #8]                                         @ TKR
 *   wait: mcr p15, 0, r0, c7, c0, 4;  b wait
 */
export const SENDER: readonly number[] = [
  0xe3a0_a201, 0xe3a0_7501, 0xe597_7000, 0xe257_7001, 0x5aff_fffd, 0xe58a_7008, 0xee07_0f90, 0xeaff_fffd,
];

/**
 * Looks for a packet all the time, and sleeps when there is one.
 *
 *         mov r10, #0x10000000
 *   loop: ldr r0, [r10, #0xc];  cmp r0, #0;  bpl loop                                            @ RSR
 *   wait: mcr p15, 0, r0, c7, c0, 4;  b wait
 */
export const LOOKER: readonly number[] = [0xe3a0_a201, 0xe59a_000c, 0xe350_0000, 0x5aff_fffc, 0xee07_0f90, 0xeaff_fffd];
