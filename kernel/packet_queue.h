/* The queue between the fast interrupt, which takes packets in, and the background, which looks their rows up. */
#ifndef PACKET_QUEUE_H
#define PACKET_QUEUE_H

#define PACKET_QUEUE_BITS 10
#define PACKET_QUEUE_WORDS (1 << PACKET_QUEUE_BITS)

/* Offsets for start.S. */
#define QUEUE_HEAD 0
#define QUEUE_TAIL 4
#define QUEUE_DROPPED 8
#define QUEUE_KEYS 12

#ifndef __ASSEMBLER__
#include <stdint.h>

/* head and tail count packets since the start and wrap; head is written by the interrupt only, tail by nobody else. */
struct packet_queue {
  volatile uint32_t head;
  volatile uint32_t tail;
  volatile uint32_t dropped;
  uint32_t keys[PACKET_QUEUE_WORDS];
};

extern struct packet_queue packet_queue;
#endif

#endif
