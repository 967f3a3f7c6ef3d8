@ void add_row(const uint32_t *row, uint32_t words, uint32_t offset, uint32_t mask, uint32_t *ring)
@
@ Adds the weights of a synaptic row to the ring buffer. The low bits of a word, delay | receptor | neuron, are an index
@ into the ring once the sender's tick was added to the delay: `offset` is that tick shifted to the delay's place,
@ `mask` the ring's words - 1. Seven cycles a synapse and four for each four.

        .arm
        .section .text.add_row, "ax"
        .global add_row
add_row:
        stmfd   sp!, {r4-r11, lr}
        ldr     r12, [sp, #36]
        subs    r1, r1, #4
        blt     2f
1:      ldmia   r0!, {r4-r7}
        add     r8, r4, r2
        and     r8, r8, r3
        add     r8, r12, r8, lsl #2
        ldr     r9, [r8]
        add     r10, r5, r2
        and     r10, r10, r3
        add     r9, r9, r4, lsr #16
        str     r9, [r8]
        add     r10, r12, r10, lsl #2
        ldr     r11, [r10]
        add     r8, r6, r2
        and     r8, r8, r3
        add     r11, r11, r5, lsr #16
        str     r11, [r10]
        add     r8, r12, r8, lsl #2
        ldr     r9, [r8]
        add     r10, r7, r2
        and     r10, r10, r3
        add     r9, r9, r6, lsr #16
        str     r9, [r8]
        add     r10, r12, r10, lsl #2
        ldr     r11, [r10]
        subs    r1, r1, #4
        add     r11, r11, r7, lsr #16
        str     r11, [r10]
        bge     1b
2:      adds    r1, r1, #4
        ldmeqfd sp!, {r4-r11, pc}
3:      ldr     r4, [r0], #4
        subs    r1, r1, #1
        add     r8, r4, r2
        and     r8, r8, r3
        add     r8, r12, r8, lsl #2
        ldr     r9, [r8]
        add     r9, r9, r4, lsr #16
        str     r9, [r8]
        bne     3b
        ldmfd   sp!, {r4-r11, pc}
