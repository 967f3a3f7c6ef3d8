/*
 * From packets to the ring buffer: look the source up, fetch its row, add the weights to the slots they are due in.
 *
 * A packet's colour tells the tick it was sent in, so that lateness within the delay changes nothing. Let `tick` be the
 * next tick to be computed. Of a packet sent in tick s, synapses of delay d go to slot s + d, which must be one of
 * tick .. tick + 2^delay_bits - 1. So packets of s > tick wait, and synapses with s + d < tick are too late.
 *
 * Colours tell 16 ticks apart, but a packet may wait in the queue for longer. So it is the tick it came in that its colour
 * is held against, not the one it is handled in.
 *
 * A row may have stages; that of stage k is added as if the packet had been sent k * (2^delay_bits - 1) ticks later.
 */
#include "chip.h"
#include "dma.h"
#include "packet_queue.h"
#include "simulation.h"
#include "system.h"

#define COLOUR_BITS 4
/* Rows of up to so many words are read by the core itself. */
#define SHORT_ROW_WORDS 4
/* Longer rows are fetched in pieces of this many words. */
#define MOST_PIECE_WORDS 256
#define EARLY_PACKETS 256
/* Packets that wait for longer are given up. A power of 2. */
#define MOST_TICKS_WAITED 64
/* Fewer entries would lose rows all the time. */
#define DELAYED_LEAST 64

struct packet_queue packet_queue;

struct source {
  uint32_t key, mask, first_row, neurons;
};

static struct source *sources;
static uint32_t source_count, source_room;
static uint32_t *row_starts;
static uint32_t row_starts_count, row_starts_room;
static uint32_t row_words_count;
static uint32_t *rows;
static uint32_t *ring;
static uint32_t ring_words, ring_mask, delay_shift, stage_ticks, stages;

/* A row, or what is still to be fetched of it. */
struct row {
  const uint32_t *words;
  uint32_t count;
  /* As if sent in this tick. */
  uint32_t sent;
};

static struct row next, fetching, fetched;
static uint32_t *pieces[2];
static uint32_t piece_words;

/* Packets that came before their time. */
static struct {
  uint32_t key, sent;
} early[EARLY_PACKETS];
static uint32_t early_head, early_tail;

/* Packets that had come, of all since the start, when each of the last ticks ended. */
static uint32_t come_by[MOST_TICKS_WAITED];
/* Tick in which the first packet of the queue came, or an earlier one that is not looked at yet. */
static uint32_t came_in;

/* Rows of later stages, in the order in which they are due: all wait for stage_ticks. */
struct delayed {
  uint32_t due;
  /* stages_left << 24 | number of the row's start */
  uint32_t start;
};
#define START_BITS 24
static struct delayed *delayed;
static uint32_t delayed_room, delayed_head, delayed_tail;

/* Rows saved from before a pause: records of {due, words, the words}, by due. The block is freed at the next pause. */
static uint32_t saved_block;
static const uint32_t *saved;
static uint32_t saved_left;

uint32_t *ring_slot(uint32_t tick) {
  return ring + (tick << delay_shift & ring_mask);
}

static void find_regions(void) {
  source_count = config(CONFIG_SOURCE_KEYS);
  row_starts_count = image.regions[REGION_ROW_STARTS].count;
  row_words_count = image.regions[REGION_ROWS].count;
  rows = image.regions[REGION_ROWS].words;
  if (source_count > image.regions[REGION_SOURCE_KEYS].count / SOURCE_KEY_WORDS) fail("image: %u source keys", source_count);
  if (row_starts_count >= 1u << START_BITS) fail("image: %u row starts", row_starts_count);
}

/* Every row must lie within the rows; looked at once, at leisure, and again when a row is taken. */
static void check_row_starts(void) {
  uint32_t before = 0;
  for (uint32_t i = 0; i < row_starts_count; i++) {
    uint32_t start = row_starts[i];
    if (start < before || start > row_words_count) fail("image: row start %u is %u, of %u words", i, start, row_words_count);
    before = start;
  }
}

static void load_sources(void) {
  dma_read(sources, image.regions[REGION_SOURCE_KEYS].words, source_count * SOURCE_KEY_WORDS);
  uint32_t before = 0;
  for (uint32_t i = 0; i < source_count; i++) {
    struct source *s = &sources[i];
    if (s->neurons > row_starts_count || s->first_row >= row_starts_count ||
        s->neurons * stages >= row_starts_count - s->first_row || s->key < before)
      fail("image: source key %u, %x, is not in order or has no rows", i, s->key);
    before = s->key;
  }
  uint32_t *in_sdram = image.regions[REGION_ROW_STARTS].words;
  if (row_starts_room != 0 && row_starts_room >= row_starts_count) dma_read(row_starts, in_sdram, row_starts_count);
  else row_starts = in_sdram;
}

/* Regions are as long as the longest phase needs; the next region tells where one ends. */
static uint32_t region_room(uint32_t r) {
  uint32_t words = image.regions[r + 1].words - image.regions[r].words;
  return words < image.regions[r].count ? image.regions[r].count : words;
}

void prepare_synapses(void) {
  came_in = core.tick;
  uint32_t bits = config(CONFIG_NEURON_BITS) + config(CONFIG_RECEPTOR_BITS);
  delay_shift = bits;
  stages = config(CONFIG_DELAY_STAGES);
  stage_ticks = (1u << config(CONFIG_DELAY_BITS)) - 1;
  find_regions();
  if (model_facts.receptors == 0) return;
  ring_words = 1u << (bits + config(CONFIG_DELAY_BITS));
  ring_mask = ring_words - 1;
  ring = take_dtcm(ring_words, "ring buffer");
  piece_words = config(CONFIG_LONGEST_ROW);
  if (piece_words > MOST_PIECE_WORDS) piece_words = MOST_PIECE_WORDS;
  if (piece_words < 1) piece_words = 1;
  pieces[0] = take_dtcm(piece_words, "rows");
  pieces[1] = take_dtcm(piece_words, "rows");
  source_room = region_room(REGION_SOURCE_KEYS) / SOURCE_KEY_WORDS;
  sources = (struct source *)take_dtcm(source_room * SOURCE_KEY_WORDS, "source keys");
  uint32_t spare = stages > 1 ? free_dtcm_words() / 2 : 0;
  uint32_t starts_room = region_room(REGION_ROW_STARTS);
  if (starts_room + spare <= free_dtcm_words()) {
    row_starts_room = starts_room;
    row_starts = take_dtcm(row_starts_room, "row starts");
  }
  if (stages > 1) {
    delayed_room = free_dtcm_words() / (sizeof(struct delayed) / 4);
    if (delayed_room < DELAYED_LEAST) fail("no DTCM is left for delayed rows");
    delayed = (struct delayed *)take_dtcm(delayed_room * (sizeof(struct delayed) / 4), "delayed rows");
  }
  load_sources();
  check_row_starts();
}

void reload_synapses(void) {
  find_regions();
  if (model_facts.receptors == 0) return;
  if (source_count > source_room) fail("image: %u source keys after %u", source_count, source_room);
  load_sources();
}

/* The source whose keys these are. */
static const struct source *find_source(uint32_t key) {
  uint32_t low = 0, high = source_count;
  while (low < high) {
    uint32_t middle = (low + high) >> 1;
    const struct source *s = &sources[middle];
    if ((key & s->mask) == s->key) return s;
    if (s->key < key) low = middle + 1;
    else high = middle;
  }
  return 0;
}

/* Makes the row of a start the next to be fetched, and remembers the row of the next stage that has any words. */
static void take_row(uint32_t start, uint32_t stages_left, uint32_t sent) {
  uint32_t begin = row_starts[start], end = row_starts[start + 1];
  if (begin != end) {
    if (begin > end || end > row_words_count) fail("image: row %u from %u to %u", start, begin, end);
    next.words = rows + begin;
    next.count = end - begin;
    next.sent = sent;
  }
  if (stages_left == 0) return;
  if (row_starts[start + 1] == row_starts[start + 1 + stages_left]) return;
  if (delayed_tail - delayed_head == delayed_room) {
    provenance[PROVENANCE_DROPPED_PACKETS]++;
    return;
  }
  struct delayed *d = &delayed[delayed_tail % delayed_room];
  d->due = sent + stage_ticks;
  d->start = (stages_left - 1) << START_BITS | (start + 1);
  delayed_tail++;
}

static void take_packet(uint32_t key, uint32_t sent) {
  const struct source *s = find_source(key);
  uint32_t n = s == 0 ? 0 : (key & ~s->mask) >> COLOUR_BITS;
  if (s == 0 || n >= s->neurons) {
    provenance[PROVENANCE_UNKNOWN_KEYS]++;
    return;
  }
  take_row(s->first_row + n * stages, stages - 1, sent);
}

/* The tick in which a packet was sent, which is at most 8 before or 7 after the one it came in. */
static uint32_t tick_sent(uint32_t key, uint32_t place) {
  while (came_in != core.tick && (int32_t)(come_by[came_in % MOST_TICKS_WAITED] - place) <= 0) came_in++;
  return came_in + ((int32_t)((key - came_in) << (32 - COLOUR_BITS)) >> (32 - COLOUR_BITS));
}

void end_packets_of_tick(void) {
  uint32_t head = packet_queue.head;
  come_by[core.tick % MOST_TICKS_WAITED] = head;
  if (packet_queue.tail == head) {
    came_in = core.tick + 1;
    return;
  }
  if (core.tick + 1 - came_in < MOST_TICKS_WAITED) return;
  int32_t given_up = come_by[came_in % MOST_TICKS_WAITED] - packet_queue.tail;
  if (given_up > 0) {
    provenance[PROVENANCE_LATE_PACKETS] += given_up;
    packet_queue.tail += given_up;
  }
  came_in++;
}

/* Finds the next row; false if there is none for now. A packet without synapses leaves next.count at 0. */
static bool find_row(bool paused) {
  int32_t ahead_limit = paused ? -1 : 0;
  if (saved_left != 0 && (int32_t)(saved[0] - core.tick) <= ahead_limit) {
    next.sent = saved[0];
    next.count = saved[1];
    next.words = saved + 2;
    saved_left--;
    saved += 2 + next.count;
    return true;
  }
  if (delayed_head != delayed_tail) {
    const struct delayed *d = &delayed[delayed_head % delayed_room];
    if ((int32_t)(d->due - core.tick) <= ahead_limit) {
      uint32_t start = d->start, due = d->due;
      delayed_head++;
      take_row(start & ((1u << START_BITS) - 1), start >> START_BITS, due);
      return true;
    }
  }
  if (early_head != early_tail) {
    uint32_t at = early_head % EARLY_PACKETS;
    if ((int32_t)(early[at].sent - core.tick) <= ahead_limit) {
      early_head++;
      take_packet(early[at].key, early[at].sent);
      return true;
    }
  }
  uint32_t tail = packet_queue.tail;
  uint32_t depth = packet_queue.head - tail;
  if (depth == 0) return false;
  if (depth > provenance[PROVENANCE_DEEPEST_QUEUE]) provenance[PROVENANCE_DEEPEST_QUEUE] = depth;
  uint32_t key = packet_queue.keys[tail % PACKET_QUEUE_WORDS];
  packet_queue.tail = tail + 1;
  if (lost_in_time()) provenance[PROVENANCE_LATE_PACKETS]++;
  uint32_t sent = tick_sent(key, tail);
  if ((int32_t)(sent - core.tick) <= ahead_limit) {
    take_packet(key, sent);
  } else if (early_tail - early_head == EARLY_PACKETS) {
    provenance[PROVENANCE_DROPPED_PACKETS]++;
  } else {
    uint32_t at = early_tail++ % EARLY_PACKETS;
    early[at].key = key;
    early[at].sent = sent;
  }
  return true;
}

/* Adds what is in time of a row that has come late by `lag` ticks more than its shortest delay allows. */
static void add_late(const struct row *p, uint32_t lag) {
  uint32_t lost = 0;
  uint32_t offset = p->sent << delay_shift;
  for (uint32_t i = 0; i < p->count; i++) {
    uint32_t word = p->words[i];
    if ((word >> delay_shift & stage_ticks) <= lag) lost++;
    else ring[(word + offset) & ring_mask] += word >> 16;
  }
  if (lost != 0) provenance[PROVENANCE_LATE_PACKETS]++;
  provenance[PROVENANCE_SYNAPTIC_EVENTS] += p->count - lost;
}

static void add_piece(const struct row *p) {
  int32_t lag = (int32_t)(core.tick - p->sent) - 1;
  if (lag > 0) {
    add_late(p, lag);
    return;
  }
  add_row(p->words, p->count, p->sent << delay_shift, ring_mask, ring);
  provenance[PROVENANCE_SYNAPTIC_EVENTS] += p->count;
}

static void start_fetch(void) {
  uint32_t count = next.count < piece_words ? next.count : piece_words;
  uint32_t *into = fetched.count != 0 && fetched.words == pieces[0] ? pieces[1] : pieces[0];
  fetching.words = into;
  fetching.count = count;
  fetching.sent = next.sent;
  dma_start((uint32_t)next.words, into, count, 0);
  next.words += count;
  next.count -= count;
}

bool work_on_rows(bool paused) {
  if (fetching.count == 0 && next.count != 0) start_fetch();
  /* While a row is on its way, the next one is looked up, and the last one added. */
  bool found = next.count != 0 || find_row(paused);
  if (next.count != 0) {
    /* A few words are read from where they are: sooner done than a transfer is told of them. */
    if (next.count <= SHORT_ROW_WORDS) {
      add_piece(&next);
      next.count = 0;
      return true;
    }
    if (fetching.count == 0) start_fetch();
  }
  if (fetched.count != 0) {
    add_piece(&fetched);
    fetched.count = 0;
    return true;
  }
  if (fetching.count != 0 && dma_done()) {
    fetched = fetching;
    fetching.count = 0;
    return true;
  }
  return found || fetching.count != 0;
}

void finish_fetch(void) {
  if (fetching.count == 0) return;
  if (fetched.count != 0) {
    add_piece(&fetched);
    fetched.count = 0;
  }
  dma_wait();
  fetched = fetching;
  fetching.count = 0;
}

bool delayed_rows_unsaved(void) {
  return delayed_head != delayed_tail;
}

/* Words that the records of all delayed rows with their later stages take; writes them in order if `to` is there. */
static uint32_t delayed_records(uint32_t *to, uint32_t *records) {
  uint32_t words = 0;
  *records = 0;
  const uint32_t *old = saved;
  uint32_t old_left = saved_left;
  uint32_t last = core.tick + (stages - 1) * stage_ticks + 1;
  for (uint32_t due = core.tick; (int32_t)(last - due) >= 0; due++) {
    while (old_left != 0 && (int32_t)(old[0] - due) <= 0) {
      uint32_t size = 2 + old[1];
      if (to != 0) copy_words(to + words, old, size);
      words += size;
      ++*records;
      old += size;
      old_left--;
    }
    for (uint32_t i = delayed_head; i != delayed_tail; i++) {
      const struct delayed *d = &delayed[i % delayed_room];
      uint32_t wait = due - d->due;
      uint32_t stage = wait / stage_ticks;
      if ((int32_t)wait < 0 || wait % stage_ticks != 0 || stage > d->start >> START_BITS) continue;
      uint32_t start = (d->start & ((1u << START_BITS) - 1)) + stage;
      uint32_t begin = row_starts[start], count = row_starts[start + 1] - begin;
      if (count == 0) continue;
      if (to != 0) {
        to[words] = due;
        to[words + 1] = count;
        copy_words(to + words + 2, rows + begin, count);
      }
      words += 2 + count;
      ++*records;
    }
  }
  return words;
}

void save_delayed_rows(void) {
  uint32_t records;
  uint32_t words = delayed_records(0, &records);
  uint32_t block = 0;
  if (words != 0) {
    block = allocate_sdram(words * 4);
    if (block == 0) fail("%u words of SDRAM for delayed rows are not to be had", words);
    delayed_records((uint32_t *)block, &records);
  }
  if (saved_block != 0) free_sdram(saved_block);
  saved_block = block;
  saved = (uint32_t *)block;
  saved_left = records;
  delayed_head = delayed_tail;
}
