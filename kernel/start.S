@ Entry, vectors and interrupt stubs. The loader enters at address 0 in supervisor mode with interrupts masked, high
@ vectors and r0 = flags << 8 | app_id.

#include "chip.h"
#include "packet_queue.h"
#include "stacks.h"

#define MODE_FIQ 0xd1
#define MODE_IRQ 0xd2
#define MODE_SVC 0xd3
#define MODE_ABORT 0xd7
#define MODE_UNDEFINED 0xdb
#define MODE_SYSTEM 0xdf
#define MASKED 0xc0

@ CP15 control: alignment faults, DTCM, write buffer and ITCM on, low vectors.
#define CONTROL 0x1f7e

@ Run-time error codes.
#define RTE_RESET 1
#define RTE_UNDEFINED 2
#define RTE_SVC 3
#define RTE_PREFETCH 4
#define RTE_DATA 5

#define VCPU_SPSR 0x20
#define VCPU_SP 0x24
#define VCPU_LR 0x28
#define VCPU_RT_CODE 0x2c
#define VCPU_STATE 0x2e
#define STATE_RTE 2

        .arm
        .section .vectors, "ax"
        .global vectors
vectors:
        b       reset
        b       undefined
        b       supervisor_call
        b       prefetch_abort
        b       data_abort
        b       supervisor_call
        ldr     pc, [pc, #-0xff0]               @ the VIC's vector register, at 0xfffff030

@ Fast interrupt: a packet has come. r8 = communications controller, r9 = packet_queue, set up at reset.
        ldr     r10, [r8, #CC_RSR]
        ldr     r11, [r8, #CC_RKR]              @ takes it out
        tst     r10, #1                         @ multicast?
        subeqs  pc, lr, #4
        ldr     r10, [r9, #QUEUE_HEAD]
        ldr     r12, [r9, #QUEUE_TAIL]
        sub     r12, r10, r12
        cmp     r12, #PACKET_QUEUE_WORDS
        bhs     queue_full
        mov     r12, r10, lsl #(32 - PACKET_QUEUE_BITS)
        add     r12, r9, r12, lsr #(30 - PACKET_QUEUE_BITS)
        str     r11, [r12, #QUEUE_KEYS]
        add     r10, r10, #1
        str     r10, [r9, #QUEUE_HEAD]
        subs    pc, lr, #4
queue_full:
        ldr     r10, [r9, #QUEUE_DROPPED]
        add     r10, r10, #1
        str     r10, [r9, #QUEUE_DROPPED]
        subs    pc, lr, #4

reset:
        mov     r4, r0
        ldr     r1, =CONTROL
        mcr     p15, 0, r1, c1, c0, 0
        ldr     r1, =entered                    @ a second reset is an error
        ldr     r0, [r1]
        cmp     r0, #0
        bne     reset_again
        mov     r0, #1
        str     r0, [r1]
        msr     cpsr_c, #MODE_FIQ
        ldr     r8, =CC_BASE
        ldr     r9, =packet_queue
        msr     cpsr_c, #MODE_IRQ
        ldr     sp, =IRQ_STACK_TOP
        msr     cpsr_c, #MODE_ABORT
        ldr     sp, =FAULT_STACK_TOP
        msr     cpsr_c, #MODE_UNDEFINED
        ldr     sp, =FAULT_STACK_TOP
        msr     cpsr_c, #MODE_SVC
        ldr     sp, =FAULT_STACK_TOP
        msr     cpsr_c, #MODE_SYSTEM
        ldr     sp, =STACK_TOP
        mov     r0, r4
        bl      application
1:      b       1b

@ Faults: registers into vcpu, then sleep for ever. r0, r1 on the stack of the fault's mode.
        .macro  fault name, code, back
\name:  stmfd   sp!, {r0, r1}
        sub     lr, lr, #\back
        mov     r0, #\code
        b       die
        .endm

        fault   undefined, RTE_UNDEFINED, 4
        fault   supervisor_call, RTE_SVC, 4
        fault   prefetch_abort, RTE_PREFETCH, 4
        fault   data_abort, RTE_DATA, 8
        fault   reset_again, RTE_RESET, 0

die:    ldr     r1, =vcpu
        ldr     r1, [r1]
        str     r2, [r1, #8]
        str     r3, [r1, #12]
        str     r4, [r1, #16]
        str     r5, [r1, #20]
        str     r6, [r1, #24]
        str     r7, [r1, #28]
        ldmfd   sp!, {r2, r3}
        str     r2, [r1, #0]
        str     r3, [r1, #4]
        str     lr, [r1, #VCPU_LR]              @ where it happened
        mrs     r2, spsr
        str     r2, [r1, #VCPU_SPSR]
        tst     r2, #0xf                        @ user mode shares the registers of system mode
        orreq   r2, r2, #0xf
        orr     r2, r2, #MASKED
        bic     r2, r2, #0x20
        msr     cpsr_c, r2
        str     sp, [r1, #VCPU_SP]
        b       end

@ void stop_with_error(uint32_t code): what the software found itself.
        .global stop_with_error
stop_with_error:
        mrs     r2, cpsr
        orr     r3, r2, #MASKED
        msr     cpsr_c, r3
        ldr     r1, =vcpu
        ldr     r1, [r1]
        str     r0, [r1, #0]
        str     r4, [r1, #16]
        str     r5, [r1, #20]
        str     r6, [r1, #24]
        str     r7, [r1, #28]
        str     r2, [r1, #VCPU_SPSR]
        str     sp, [r1, #VCPU_SP]
        str     lr, [r1, #VCPU_LR]
end:    strb    r0, [r1, #VCPU_RT_CODE]
        mov     r0, #STATE_RTE
        strb    r0, [r1, #VCPU_STATE]
        ldr     r1, =VIC_BASE
        mvn     r0, #0
        str     r0, [r1, #VIC_DISABLE]
1:      mcr     p15, 0, r0, c7, c0, 4
        b       1b

@ Interrupt handlers: run with interrupts masked, do little, are told where the interrupt came.
        .macro  handler name, function
        .global \name
\name:  sub     lr, lr, #4
        stmfd   sp!, {r0-r3, r12, lr}
        mov     r0, lr
        bl      \function
        ldr     r1, =VIC_BASE
        str     r1, [r1, #VIC_VECTOR]
        ldmfd   sp!, {r0-r3, r12, pc}^
        .endm

        handler monitor_interrupt, monitor_called
        handler timer_interrupt, timer_ticked
        handler stray_interrupt, nothing_to_do

nothing_to_do:
        bx      lr

@ uint32_t mask_interrupts(void), void restore_interrupts(uint32_t), void unmask_interrupts(void)
        .global mask_interrupts, restore_interrupts, unmask_interrupts, wait_for_interrupt
mask_interrupts:
        mrs     r0, cpsr
        orr     r1, r0, #MASKED
        msr     cpsr_c, r1
        bx      lr
unmask_interrupts:
        mrs     r0, cpsr
        bic     r0, r0, #MASKED
restore_interrupts:
        msr     cpsr_c, r0
        bx      lr

@ Sleeps until an interrupt line is high, whether masked or not.
wait_for_interrupt:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c0, 4
        bx      lr

@ Division by zero comes here from the compiler's library.
        .global __aeabi_idiv0, __aeabi_ldiv0
__aeabi_idiv0:
__aeabi_ldiv0:
        mov     r0, #11
        b       stop_with_error

        .data
entered:
        .word   0
