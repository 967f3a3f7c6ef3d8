/* Spikes of this core: one packet a plane, and the bits that are recorded. */
#include "chip.h"
#include "simulation.h"
#include "system.h"

uint32_t *spike_bits;
uint32_t spike_words;

/* Words of a plane's bits. */
static uint32_t plane_words;
static uint32_t key, colour_bits, colour_mask;
static bool sends;
/* Cycles after which a router that takes nothing is given up. */
static uint32_t patience;
/* SpikeSourceArray: the next event that was not sent. */
static uint32_t next_event;

void prepare_spikes(void) {
  plane_words = (core.neurons + 31) >> 5;
  uint32_t planes = config(CONFIG_SPIKE_PLANES);
  if (planes > 1024) fail("image: %u planes of spikes", planes);
  spike_words = planes * plane_words;
  spike_bits = take_dtcm(spike_words, "spikes");
  key = config(CONFIG_KEY);
  colour_bits = config(CONFIG_COLOUR_BITS);
  colour_mask = (1u << colour_bits) - 1;
  sends = config(CONFIG_KEY_MASK) != 0;
  patience = config(CONFIG_TIMER_MICROS) * cycles_per_micro();
}

void begin_spikes(void) {
  for (uint32_t i = 0; i < spike_words; i++) spike_bits[i] = 0;
}

/* The router takes packets slower than we can send them when its ways are full: wait, and let our own packets come in. */
static void send(uint32_t packet) {
  if ((CC(CC_TCR) & TCR_NOT_FULL) == 0) {
    uint32_t start = cycles_now();
    while ((CC(CC_TCR) & TCR_NOT_FULL) == 0) {
      if (cycles_now() - start > patience) {
        provenance[PROVENANCE_DROPPED_PACKETS]++;
        return;
      }
    }
  }
  if (lost_in_time()) provenance[PROVENANCE_LATE_PACKETS]++;
  CC(CC_TKR) = packet;
  provenance[PROVENANCE_PACKETS_SENT]++;
}

void send_spike(uint32_t plane, uint32_t n) {
  uint32_t *word = spike_bits + plane * plane_words + (n >> 5);
  uint32_t bit = 1u << (n & 31);
  if ((*word & bit) != 0) return;
  *word |= bit;
  if (sends) send(key | n << colour_bits | (core.tick & colour_mask));
}

void send_spikes(uint32_t planes, uint32_t n) {
  for (uint32_t plane = 0; planes != 0; plane++, planes >>= 1)
    if ((planes & 1) != 0) send_spike(plane, n);
}

void send_events(uint32_t tick) {
  const struct region *events = &image.regions[REGION_SPIKE_TIMES];
  uint32_t planes = config(CONFIG_SPIKE_PLANES);
  while (2 * next_event + 1 < events->count) {
    uint32_t due = events->words[2 * next_event];
    if (due > tick) return;
    uint32_t n = events->words[2 * next_event + 1];
    next_event++;
    if (due < tick) continue;
    if (n >= core.neurons) fail("image: event of neuron %u", n);
    uint32_t plane = 0;
    while (plane < planes && (spike_bits[plane * plane_words + (n >> 5)] >> (n & 31) & 1) != 0) plane++;
    if (plane == planes) fail("image: neuron %u has more than %u spikes in tick %u", n, planes, tick);
    send_spike(plane, n);
  }
}
