/* Block transfers between SDRAM and DTCM. */
#include "chip.h"
#include "simulation.h"
#include "system.h"

static uint32_t started;

static void count_cycles(void) {
  uint32_t before = provenance[PROVENANCE_DMA_CYCLES_LOW];
  provenance[PROVENANCE_DMA_CYCLES_LOW] += cycles_now() - started;
  if (provenance[PROVENANCE_DMA_CYCLES_LOW] < before) provenance[PROVENANCE_DMA_CYCLES_HIGH]++;
}

void dma_start(uint32_t system, void *local, uint32_t words, uint32_t direction) {
  started = cycles_now();
  DMA(DMA_ADRS) = system;
  DMA(DMA_ADRT) = (uint32_t)local;
  DMA(DMA_DESC) = DESC_BURSTS | direction | words << 2;
}

bool dma_done(void) {
  uint32_t status = DMA(DMA_STAT);
  if ((status & STAT_DONE) == 0) {
    if ((status & STAT_PAUSED) != 0) fail("DMA error, status %x", status);
    return false;
  }
  DMA(DMA_CTRL) = CTRL_CLEAR_DONE;
  count_cycles();
  return true;
}

void dma_wait(void) {
  while (!dma_done()) continue;
}

void dma_read(void *to, const uint32_t *from, uint32_t words) {
  if (words == 0) return;
  dma_start((uint32_t)from, to, words, 0);
  dma_wait();
}
