/*
 * Allocation from the heaps that SCAMP keeps in SDRAM. Blocks carry our app_id, so that STOP frees them.
 *
 * A heap is {first free block, first block, last block, free bytes}; a block is {next block, next free block, or
 * 0xffff0000 | app_id << 8 | tag while in use}, then its bytes. Address order, first fit.
 */
#include "chip.h"
#include "system.h"

#define SV_SDRAM_HEAP REGISTER(0xe5007f4c)
#define SV_SYS_HEAP REGISTER(0xe5007fd0)

struct block {
  volatile struct block *next;
  volatile struct block *free;
};

struct heap {
  volatile struct block *free, *first, *last;
  uint32_t free_bytes;
};

#define HEADER_BYTES sizeof(struct block)
#define IN_USE 0xffff0000

static uint32_t allocate(volatile struct heap *heap, uint32_t bytes) {
  if (heap == 0) return 0;
  uint32_t size = ((bytes + 3) & ~3u) + HEADER_BYTES;
  uint32_t before = lock(LOCK_HEAPS);
  volatile struct block *previous = 0;
  volatile struct block *block = heap->free;
  while (block != 0 && (uint32_t)block->next - (uint32_t)block < size) {
    previous = block;
    block = block->free;
  }
  if (block != 0) {
    volatile struct block *next_free = block->free;
    uint32_t room = (uint32_t)block->next - (uint32_t)block;
    if (room - size > HEADER_BYTES) {
      volatile struct block *rest = (volatile struct block *)((uint32_t)block + size);
      rest->next = block->next;
      rest->free = next_free;
      block->next = rest;
      next_free = rest;
      room = size;
    }
    if (previous == 0) heap->free = next_free;
    else previous->free = next_free;
    block->free = (volatile struct block *)(IN_USE | app_id << 8);
    heap->free_bytes -= room;
  }
  unlock(LOCK_HEAPS, before);
  return block == 0 ? 0 : (uint32_t)block + HEADER_BYTES;
}

/* Puts a block back between its free neighbours and joins those it touches. */
static void release(volatile struct heap *heap, uint32_t address) {
  volatile struct block *block = (volatile struct block *)(address - HEADER_BYTES);
  uint32_t before = lock(LOCK_HEAPS);
  heap->free_bytes += (uint32_t)block->next - (uint32_t)block;
  volatile struct block *below = 0;
  volatile struct block *above = heap->free;
  while (above != 0 && above < block) {
    below = above;
    above = above->free;
  }
  block->free = above;
  if (above != 0 && block->next == above) {
    block->next = above->next;
    block->free = above->free;
  }
  if (below == 0) {
    heap->free = block;
  } else if (below->next == block) {
    below->next = block->next;
    below->free = block->free;
  } else {
    below->free = block;
  }
  unlock(LOCK_HEAPS, before);
}

uint32_t allocate_sdram(uint32_t bytes) {
  return allocate((volatile struct heap *)SV_SDRAM_HEAP, bytes);
}

uint32_t allocate_system(uint32_t bytes) {
  return allocate((volatile struct heap *)SV_SYS_HEAP, bytes);
}

void free_sdram(uint32_t address) {
  release((volatile struct heap *)SV_SDRAM_HEAP, address);
}
