/* Between a generated model and the common part: see src/codegen/c. */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

#define MOST_PARAM_WORDS 4

/* What an image must agree with. */
struct model_facts {
  const char *name;
  uint32_t hash;
  uint32_t kind;
  uint32_t receptors;
  uint32_t states;
  uint32_t params;
  uint32_t tables;
  uint32_t planes;
  /* Bit k: parameter k must be one word for the whole core. */
  uint32_t core_params[MOST_PARAM_WORDS];
};

/* What the passes over the neurons work on. */
struct core {
  uint32_t neurons;
  /* Words of a row of states. */
  uint32_t stride;
  int32_t *states;
  uint32_t substeps;
  uint32_t tick;
  /* Index of neuron 0 within its population. */
  uint32_t first_index;
  /* Ring-buffer words of this tick: receptor << neuron_bits | neuron. */
  uint32_t *slot;
  uint32_t neuron_bits;
  /* Parameters that differ from neuron to neuron. */
  uint32_t gathers;
  uint32_t saturations;
};

struct gather {
  int32_t *to;
  const int32_t *from;
};

extern const struct model_facts model_facts;
extern int32_t model_params[];
extern const int32_t *model_tables[];
extern struct core core;
extern struct gather *gathers;

/* Inputs enter the states of all neurons. */
void model_receive(void);
/* All sub-steps of all neurons. */
void model_step(void);

/* Parameters of neuron n that are its own go to model_params. */
static inline void gather_params(uint32_t n) {
  const struct gather *g = gathers;
  uint32_t left = core.gathers;
  do {
    *g->to = g->from[n];
    g++;
  } while (--left != 0);
}

/* Neuron n sends its packet of a plane, or of every plane whose bit is set, unless it has done so in this tick. */
void send_spike(uint32_t plane, uint32_t n);
void send_spikes(uint32_t planes, uint32_t n);

#endif
