#include "dma.h"

uint32_t dma_started;

void dma_wait(void) {
  while (!dma_done()) continue;
}

void dma_read(void *to, const uint32_t *from, uint32_t words) {
  if (words == 0) return;
  dma_start((uint32_t)from, to, words, 0);
  dma_wait();
}
