/* SpikeSourceArray: spikes at given times. Has no neurons to compute; the events of a tick are sent by the runtime. */
#include "model.h"

const struct model_facts model_facts = { .name = "SpikeSourceArray", .kind = KIND_SPIKE_SOURCE_ARRAY };
int32_t model_params[1];
const int32_t *model_tables[1];

void model_receive(void) {}

void model_step(void) {}
