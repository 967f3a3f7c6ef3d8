/* Stacks at the top of DTCM; what lies below them and above the variables is the application's heap. */
#ifndef STACKS_H
#define STACKS_H

#define STACK_TOP 0x00410000
#define STACK_BYTES 0x600
#define IRQ_STACK_TOP (STACK_TOP - STACK_BYTES)
#define IRQ_STACK_BYTES 0x200
#define FAULT_STACK_TOP (IRQ_STACK_TOP - IRQ_STACK_BYTES)
#define FAULT_STACK_BYTES 0x40
#define HEAP_TOP (FAULT_STACK_TOP - FAULT_STACK_BYTES)

#endif
