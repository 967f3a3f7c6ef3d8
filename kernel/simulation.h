/* The parts of the application: image, ring buffer and rows, recording, ticks. */
#ifndef SIMULATION_H
#define SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"
#include "model.h"

/* A region of the image, in SDRAM. */
struct region {
  uint32_t *words;
  uint32_t count;
};

struct image {
  uint32_t *words;
  uint32_t total_bytes;
  struct region regions[REGION_WORDS];
  /* The configuration as it was at the last reading. */
  uint32_t config[CONFIG_WORDS];
};

extern struct image image;
extern uint32_t provenance[PROVENANCE_WORDS];

/* image.c. Everything that is wrong with an image ends in fail(). */
void load_image(uint32_t address);
/* Reads again what the host may have rewritten while we waited. */
void reload_image(void);
/* Words of DTCM, zero, for good. */
uint32_t *take_dtcm(uint32_t words, const char *what);
uint32_t free_dtcm_words(void);
/* Address of a byte of the image, if so many words lie there. */
uint32_t *image_words(uint32_t offset, uint32_t words, const char *what);

/* synapses.c */
void prepare_synapses(void);
void reload_synapses(void);
/*
 * Does a piece of what there is to do for packets and rows; false if there is nothing. While paused, packets of the next
 * tick are left for later.
 */
bool work_on_rows(bool paused);
/* At the end of every tick, before its number rises: notes which packets came in it. */
void end_packets_of_tick(void);
/* Before a tick is computed: nothing may be fetched while the recording needs the DMA controller. */
void finish_fetch(void);
/* The inputs of a tick, to be read and cleared. */
uint32_t *ring_slot(uint32_t tick);
/* Moves rows that are still to be added behind what the host may rewrite. */
void save_delayed_rows(void);
bool delayed_rows_unsaved(void);

/* recording.c */
void prepare_recordings(void);
void begin_recordings(uint32_t tick, uint32_t until);
void record_states(uint32_t tick);
void record_spikes(void);
void end_recordings(void);

/* spikes.c */
void prepare_spikes(void);
void begin_spikes(void);
/* SpikeSourceArray: sends the events of a tick. */
void send_events(uint32_t tick);
extern uint32_t *spike_bits;
extern uint32_t spike_words;

/* application.c: ticks whose time has come and that were not begun. */
extern volatile uint32_t ticks_due;

/* With this many ticks to catch up with, a packet's colour may be that of another tick. */
#define MOST_TICKS_BEHIND 6

/*
 * So far behind its own clock that colours no longer tell ticks: whatever is sent or received now may be taken for a
 * packet of another tick.
 */
static inline bool lost_in_time(void) {
  return ticks_due > MOST_TICKS_BEHIND;
}

/* add_row in rows.S */
void add_row(const uint32_t *row, uint32_t words, uint32_t offset, uint32_t mask, uint32_t *ring);

static inline uint32_t config(uint32_t word) {
  return image.config[word];
}

#endif
