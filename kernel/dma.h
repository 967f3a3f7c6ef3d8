/* Block transfers between SDRAM and DTCM: one at a time; lengths in words. */
#ifndef DMA_H
#define DMA_H

#include "chip.h"
#include "simulation.h"
#include "system.h"

/* When the transfer under way was started. */
extern uint32_t dma_started;

static inline void dma_start(uint32_t system, void *local, uint32_t words, uint32_t direction) {
  dma_started = cycles_now();
  DMA(DMA_ADRS) = system;
  DMA(DMA_ADRT) = (uint32_t)local;
  DMA(DMA_DESC) = DESC_BURSTS | direction | words << 2;
}

/* True once for each transfer, when it is over. */
static inline bool dma_done(void) {
  uint32_t status = DMA(DMA_STAT);
  if ((status & STAT_DONE) == 0) {
    if ((status & STAT_PAUSED) != 0) fail("DMA error, status %x", status);
    return false;
  }
  DMA(DMA_CTRL) = CTRL_CLEAR_DONE;
  uint32_t before = provenance[PROVENANCE_DMA_CYCLES_LOW];
  uint32_t after = before + cycles_now() - dma_started;
  provenance[PROVENANCE_DMA_CYCLES_LOW] = after;
  if (after < before) provenance[PROVENANCE_DMA_CYCLES_HIGH]++;
  return true;
}

void dma_wait(void);
/* Fetches words into DTCM and waits for them. */
void dma_read(void *to, const uint32_t *from, uint32_t words);

#endif
