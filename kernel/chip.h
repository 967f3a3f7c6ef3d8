/* Registers of a SpiNNaker chip as one core sees them (SpiNNaker datasheet 2.02). */
#ifndef CHIP_H
#define CHIP_H

#define CC_BASE 0x10000000
#define TIMER_BASE 0x11000000
#define VIC_BASE 0x1f000000
#define DMA_BASE 0x30000000
#define SYSTEM_CONTROLLER_BASE 0xe2000000
#define SYSTEM_RAM_BASE 0xe5000000
#define SDRAM_BASE 0x60000000
#define SDRAM_BYTES 0x08000000
#define DTCM_BASE 0x00400000

/* Communications controller. */
#define CC_TCR 0x00
#define CC_TKR 0x08
#define CC_RSR 0x0c
#define CC_RKR 0x14
#define TCR_NOT_FULL (1 << 28)

/* Timers; the second one is at +0x20. */
#define TIMER1 0x00
#define TIMER2 0x20
#define TIMER_LOAD 0x00
#define TIMER_COUNT 0x04
#define TIMER_CONTROL 0x08
#define TIMER_INT_CLR 0x0c
/* Stopped; 32 bits wide, or a load would be cut to 16. */
#define TIMER_STOPPED 0x02
#define TIMER_PERIODIC_INTERRUPT 0xe2
#define TIMER_ONCE_INTERRUPT 0xa3
#define TIMER_FREE_RUNNING 0x82

/* Vectored interrupt controller. */
#define VIC_SELECT 0x0c
#define VIC_ENABLE 0x10
#define VIC_DISABLE 0x14
#define VIC_SOFT_CLEAR 0x1c
#define VIC_VECTOR 0x30
#define VIC_DEFAULT_VECTOR 0x34
#define VIC_VECTORS 0x100
#define VIC_CONTROLS 0x200
#define VIC_SLOT_ENABLE 0x20
#define VIC_SLOTS 16
#define SOURCE_TIMER1 4
#define SOURCE_CC_RX_READY 6
#define SOURCE_CPU_INT 18

/* DMA controller. */
#define DMA_ADRS 0x04
#define DMA_ADRT 0x08
#define DMA_DESC 0x0c
#define DMA_CTRL 0x10
#define DMA_STAT 0x14
#define DMA_GCTL 0x18
/* Double words in bursts of sixteen. */
#define DESC_BURSTS ((1 << 24) | (4 << 21))
#define DESC_TO_SYSTEM (1 << 19)
#define STAT_TRANSFERRING (1 << 0)
#define STAT_PAUSED (1 << 1)
#define STAT_DONE (1 << 10)
#define CTRL_CLEAR_DONE (1 << 3)
#define CTRL_RESET 0x3f
#define CTRL_RESTART 0x0d

/* System controller. */
#define SC_CLR_IRQ 0x0c
#define SC_SET_IRQ 0x08
#define SC_FLAGS 0x58
#define SC_LOCK 0x100
#define SC_UNLOCK 0x180
#define SC_CODE 0x5ec00000

#ifndef __ASSEMBLER__
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CC(offset) REGISTER(CC_BASE + (offset))
#define TIMER(offset) REGISTER(TIMER_BASE + (offset))
#define VIC(offset) REGISTER(VIC_BASE + (offset))
#define DMA(offset) REGISTER(DMA_BASE + (offset))
#define SYSTEM_CONTROLLER(offset) REGISTER(SYSTEM_CONTROLLER_BASE + (offset))

/* Cycles of 5 ns, counted upwards, wrapping. */
static inline uint32_t cycles_now(void) {
  return ~TIMER(TIMER2 + TIMER_COUNT);
}
#endif

#endif
