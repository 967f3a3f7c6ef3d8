/* Finds, checks and takes in the image that the host has laid into SDRAM. */
#include "chip.h"
#include "dma.h"
#include "simulation.h"
#include "stacks.h"
#include "system.h"

/* Rows of synaptic words and their fields; more would not fit DTCM or the words. */
#define MOST_FIELD_BITS 16
#define MOST_NEURONS 0x4000
#define MOST_SUBSTEPS 0x10000
#define MOST_STAGES 0x1000
#define MOST_TIMER_MICROS 10000000

extern uint32_t heap_bottom[];

struct image image;
struct core core;
struct gather *gathers;
uint32_t provenance[PROVENANCE_WORDS];

static uint32_t *heap = heap_bottom;

uint32_t *take_dtcm(uint32_t words, const char *what) {
  uint32_t *taken = heap;
  if (words > free_dtcm_words()) fail("%s: %u words of DTCM, %u are left", what, words, free_dtcm_words());
  heap += words;
  for (uint32_t i = 0; i < words; i++) taken[i] = 0;
  return taken;
}

uint32_t free_dtcm_words(void) {
  return (uint32_t *)HEAP_TOP - heap;
}

uint32_t *image_words(uint32_t offset, uint32_t words, const char *what) {
  if ((offset & 3) != 0 || offset > image.total_bytes || words > (image.total_bytes - offset) >> 2)
    fail("%s: %u words at byte %u of an image of %u bytes", what, words, offset, image.total_bytes);
  return image.words + (offset >> 2);
}

static void need(bool condition, const char *what) {
  if (!condition) fail("image: %s disagree with the rest", what);
}

static void check_header(void) {
  const uint32_t *words = image.words;
  if (words[HEADER_MAGIC] != IMAGE_MAGIC) fail("no image at %x: magic word %x", (uint32_t)words, words[HEADER_MAGIC]);
  if (words[HEADER_VERSION] != LAYOUT_VERSION || words[HEADER_LAYOUT_HASH] != LAYOUT_HASH)
    fail("image of layout %u, hash %x; this kernel reads %u, hash %x: map the network again", words[HEADER_VERSION],
         words[HEADER_LAYOUT_HASH], LAYOUT_VERSION, LAYOUT_HASH);
  if (words[HEADER_MODEL_HASH] != model_facts.hash)
    fail("image for model %x; this is %s, %x", words[HEADER_MODEL_HASH], model_facts.name, model_facts.hash);
  image.total_bytes = words[HEADER_TOTAL_BYTES];
  uint32_t offset = (uint32_t)words - SDRAM_BASE;
  if (image.total_bytes < IMAGE_HEADER_BYTES || image.total_bytes > SDRAM_BYTES - offset)
    fail("image of %u bytes at %x: outside SDRAM", image.total_bytes, (uint32_t)words);
}

static void read_regions(void) {
  for (uint32_t r = 0; r < REGION_WORDS; r++) {
    uint32_t offset = image.words[REGION_TABLE_WORD + 2 * r];
    uint32_t bytes = image.words[REGION_TABLE_WORD + 2 * r + 1];
    image.regions[r].count = bytes >> 2;
    image.regions[r].words = image_words(offset, bytes >> 2, "region");
  }
  need(image.regions[REGION_CONFIG].count == CONFIG_WORDS, "words of configuration");
  dma_read(image.config, image.regions[REGION_CONFIG].words, CONFIG_WORDS);
}

static void check_config(void) {
  uint32_t neurons = config(CONFIG_NEURONS), stride = config(CONFIG_STRIDE);
  need(config(CONFIG_KIND) == model_facts.kind, "kinds of core");
  need(neurons > 0 && neurons <= MOST_NEURONS && neurons <= stride && stride - neurons < 64, "numbers of neurons");
  if (model_facts.kind == KIND_MODEL) {
    need(config(CONFIG_STATES) == model_facts.states && config(CONFIG_PARAMS) == model_facts.params &&
           config(CONFIG_RECEPTORS) == model_facts.receptors && config(CONFIG_TABLES) == model_facts.tables &&
           config(CONFIG_SPIKE_PLANES) == model_facts.planes, "counts of the model");
  }
  need(image.regions[REGION_STATES].count == config(CONFIG_STATES) * stride, "words of states");
  need(image.regions[REGION_PROVENANCE].count == PROVENANCE_WORDS, "words of provenance");
  need(config(CONFIG_SUBSTEPS) - 1 < MOST_SUBSTEPS, "sub-steps");
  need(config(CONFIG_TIMER_MICROS) - 1 < MOST_TIMER_MICROS, "microseconds of a tick");
  need(config(CONFIG_COLOUR_BITS) == 4 || config(CONFIG_KEY_MASK) == 0, "colour bits");
  need(config(CONFIG_NEURON_BITS) + config(CONFIG_RECEPTOR_BITS) + config(CONFIG_DELAY_BITS) <= MOST_FIELD_BITS &&
         config(CONFIG_NEURON_BITS) <= MOST_FIELD_BITS && config(CONFIG_RECEPTOR_BITS) <= MOST_FIELD_BITS &&
         config(CONFIG_DELAY_BITS) - 1 < MOST_FIELD_BITS && config(CONFIG_DELAY_STAGES) - 1 < MOST_STAGES &&
         neurons <= 1u << config(CONFIG_NEURON_BITS) && config(CONFIG_RECEPTORS) <= 1u << config(CONFIG_RECEPTOR_BITS),
       "fields of synapses");
}

static void load_tables(void) {
  const struct region *region = &image.regions[REGION_TABLES];
  for (uint32_t k = 0; k < model_facts.tables; k++) {
    need(2 * k + 1 < region->count, "tables");
    uint32_t at = region->words[2 * k], words = region->words[2 * k + 1];
    need(at <= region->count && words <= region->count - at, "tables");
    uint32_t *table = take_dtcm(words, "tables");
    dma_read(table, region->words + at, words);
    model_tables[k] = (int32_t *)table;
  }
}

/* Parameters that are one word are copied here; those one a neuron get a row each, as long as there are as many as before. */
static void load_params(bool first) {
  const struct region *region = &image.regions[REGION_PARAMS];
  need(model_facts.params <= region->count, "parameters");
  uint32_t rows = 0;
  for (uint32_t k = 0; k < model_facts.params; k++) rows += region->words[k] & 1;
  if (first) {
    core.gathers = rows;
    gathers = (struct gather *)take_dtcm(rows * (sizeof(struct gather) / 4), "parameters");
    for (uint32_t g = 0; g < rows; g++) gathers[g].from = (int32_t *)take_dtcm(core.neurons, "parameters");
  }
  need(rows == core.gathers, "parameters one a neuron");
  struct gather *g = gathers;
  for (uint32_t k = 0; k < model_facts.params; k++) {
    uint32_t at = region->words[k] >> 1;
    bool one_a_neuron = (region->words[k] & 1) != 0;
    need(at < region->count && (!one_a_neuron || core.neurons <= region->count - at), "parameters");
    if (one_a_neuron) {
      need((model_facts.core_params[k >> 5] >> (k & 31) & 1) == 0, "parameters of the whole core");
      g->to = &model_params[k];
      dma_read((int32_t *)g->from, region->words + at, core.neurons);
      g++;
    } else {
      model_params[k] = region->words[at];
    }
  }
}

void load_image(uint32_t address) {
  if (address < SDRAM_BASE || address > SDRAM_BASE + SDRAM_BYTES - IMAGE_HEADER_BYTES || (address & 3) != 0)
    fail("user0 is %x: no address of an image in SDRAM", address);
  image.words = (uint32_t *)address;
  check_header();
  read_regions();
  check_config();
  core.neurons = config(CONFIG_NEURONS);
  core.stride = config(CONFIG_STRIDE);
  core.first_index = config(CONFIG_FIRST_INDEX);
  core.substeps = config(CONFIG_SUBSTEPS);
  core.neuron_bits = config(CONFIG_NEURON_BITS);
  core.tick = config(CONFIG_TICK);
  load_tables();
  load_params(true);
  core.states = (int32_t *)take_dtcm(image.regions[REGION_STATES].count, "states");
  dma_read(core.states, image.regions[REGION_STATES].words, image.regions[REGION_STATES].count);
  dma_read(provenance, image.regions[REGION_PROVENANCE].words, PROVENANCE_WORDS);
  core.saturations = provenance[PROVENANCE_SATURATIONS];
  prepare_spikes();
  prepare_recordings();
  prepare_synapses();
}

void reload_image(void) {
  uint32_t before[CONFIG_WORDS];
  copy_words(before, image.config, CONFIG_WORDS);
  check_header();
  read_regions();
  check_config();
  for (uint32_t i = 0; i < CONFIG_WORDS; i++)
    if (i != CONFIG_RUN_UNTIL && i != CONFIG_SOURCE_KEYS && i != CONFIG_TICK && i != CONFIG_LONGEST_ROW)
      need(before[i] == config(i), "configurations of two runs");
  load_params(false);
  reload_synapses();
}
