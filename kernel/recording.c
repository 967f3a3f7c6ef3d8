/* What is recorded goes to SDRAM in the tick in which it is recorded. */
#include "chip.h"
#include "dma.h"
#include "simulation.h"
#include "system.h"

#define MOST_RECORDINGS 32

struct recording {
  uint32_t kind, interval, words;
  /* Row of the recorded state, and the numbers of the recorded neurons, or none for all. */
  uint32_t *row;
  uint16_t *columns;
  uint32_t *buffer;
  uint32_t capacity, samples;
};

static struct recording *recordings;
static uint32_t count;
/* Room for the recorded neurons of one sample. */
static uint32_t *picked;

static uint32_t field(uint32_t k, uint32_t f) {
  return image.regions[REGION_RECORDINGS].words[k * RECORDING_WORDS + f];
}

static void prepare(struct recording *r, uint32_t k) {
  r->kind = field(k, RECORDING_KIND);
  r->interval = field(k, RECORDING_INTERVAL_TICKS);
  r->words = field(k, RECORDING_SAMPLE_WORDS);
  r->capacity = field(k, RECORDING_CAPACITY);
  uint32_t state = field(k, RECORDING_STATE);
  if (r->kind > RECORDS_STATE || r->interval == 0 || (r->kind == RECORDS_STATE && state >= model_facts.states) ||
      (r->kind == RECORDS_SPIKES && r->words != spike_words) || (r->kind == RECORDS_STATE && r->words > core.neurons) ||
      (r->words != 0 && r->capacity > SDRAM_BYTES / 4 / r->words))
    fail("image: recording %u is of no known kind or size", k);
  r->buffer = image_words(field(k, RECORDING_BUFFER), r->words * r->capacity, "recording");
  r->row = (uint32_t *)core.states + state * core.stride;
  uint32_t columns = field(k, RECORDING_COLUMNS);
  if (columns == 0) return;
  const struct region *region = &image.regions[REGION_RECORDINGS];
  if (columns > region->count || r->words > region->count - columns) fail("image: recording %u has no columns", k);
  r->columns = (uint16_t *)take_dtcm((r->words + 1) >> 1, "recordings");
  for (uint32_t i = 0; i < r->words; i++) {
    uint32_t n = region->words[columns + i];
    if (n >= core.neurons) fail("image: recording %u of neuron %u", k, n);
    r->columns[i] = n;
  }
}

void prepare_recordings(void) {
  count = config(CONFIG_RECORDINGS);
  if (count > MOST_RECORDINGS || count * RECORDING_WORDS > image.regions[REGION_RECORDINGS].count)
    fail("image: %u recordings", count);
  recordings = (struct recording *)take_dtcm(count * (sizeof(struct recording) / 4), "recordings");
  uint32_t most = 0;
  for (uint32_t k = 0; k < count; k++) {
    prepare(&recordings[k], k);
    if (recordings[k].columns != 0 && recordings[k].words > most) most = recordings[k].words;
  }
  picked = take_dtcm(most, "recordings");
}

static uint32_t round_up(uint32_t tick, uint32_t interval) {
  return (tick + interval - 1) / interval;
}

void begin_recordings(uint32_t tick, uint32_t until) {
  for (uint32_t k = 0; k < count; k++) {
    struct recording *r = &recordings[k];
    uint32_t interval = r->kind == RECORDS_SPIKES ? 1 : r->interval;
    uint32_t needed = round_up(until, interval) - round_up(tick, interval);
    if (needed > r->capacity) fail("recording %u has room for %u samples, not for %u", k, r->capacity, needed);
    r->samples = 0;
  }
}

static void store(struct recording *r, void *from) {
  uint32_t *to = r->buffer + r->samples * r->words;
  r->samples++;
  if (r->words == 0) return;
  dma_start((uint32_t)to, from, r->words, DESC_TO_SYSTEM);
  dma_wait();
}

/* Before the states change again: what a user sees of a tick is the state before its update, inputs included. */
void record_states(uint32_t tick) {
  for (uint32_t k = 0; k < count; k++) {
    struct recording *r = &recordings[k];
    if (r->kind != RECORDS_STATE || (r->interval != 1 && tick % r->interval != 0)) continue;
    if (r->columns == 0) {
      store(r, r->row);
      continue;
    }
    for (uint32_t i = 0; i < r->words; i++) picked[i] = r->row[r->columns[i]];
    store(r, picked);
  }
}

void record_spikes(void) {
  for (uint32_t k = 0; k < count; k++)
    if (recordings[k].kind == RECORDS_SPIKES) store(&recordings[k], spike_bits);
}

void end_recordings(void) {
  for (uint32_t k = 0; k < count; k++)
    image.regions[REGION_RECORDINGS].words[k * RECORDING_WORDS + RECORDING_SAMPLES] = recordings[k].samples;
}
