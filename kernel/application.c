/* The application: load, wait for SYNC, run, pause, and again. */
#include "chip.h"
#include "packet_queue.h"
#include "simulation.h"
#include "system.h"

/*
 * Microseconds from SYNC to the first tick: what each core needs to look at its image again, however much the others
 * need, or they would be in different ticks.
 */
#define START_MICROS 2000
/* Part of a tick that may always go to packets, however long the neurons take: 1 / 4. */
#define LEAST_PACKET_SHIFT 2

volatile uint32_t ticks_due;
static volatile bool computing;
static uint32_t period;
/* Cycles that the last tick's neurons took. */
static uint32_t compute_cycles;
static uint32_t tick_began, idle_cycles;

void timer_ticked(uint32_t interrupted_at) {
  (void)interrupted_at;
  TIMER(TIMER1 + TIMER_INT_CLR) = 1;
  if (ticks_due != 0 || computing) provenance[PROVENANCE_OVERRUNS]++;
  ticks_due++;
}

static bool woken_by_packet(void) {
  return packet_queue.head != packet_queue.tail;
}

/* Sleeps until something happens. Interrupts are masked while we look, so that none is slept through. */
static void sleep_unless(bool (*reason)(void)) {
  mask_interrupts();
  if (!reason() && !woken_by_packet()) {
    uint32_t start = cycles_now();
    wait_for_interrupt();
    idle_cycles += cycles_now() - start;
  }
  unmask_interrupts();
}

static void count_tick(void) {
  uint32_t now = cycles_now();
  uint32_t busy = now - tick_began - idle_cycles;
  tick_began = now;
  idle_cycles = 0;
  if (busy > provenance[PROVENANCE_WORST_CYCLES]) {
    provenance[PROVENANCE_WORST_CYCLES] = busy;
    provenance[PROVENANCE_WORST_TICK] = core.tick - 1;
  }
  uint32_t before = provenance[PROVENANCE_TOTAL_CYCLES_LOW];
  provenance[PROVENANCE_TOTAL_CYCLES_LOW] += busy;
  if (provenance[PROVENANCE_TOTAL_CYCLES_LOW] < before) provenance[PROVENANCE_TOTAL_CYCLES_HIGH]++;
}

/* Adds the rows of packets that have come, as long as the neurons can still be computed in time. */
static void add_rows_in_time(void) {
  uint32_t start = cycles_now();
  while (work_on_rows(false)) {
    bool late = ticks_due > 1 || TIMER(TIMER1 + TIMER_COUNT) < compute_cycles;
    if (late && cycles_now() - start > period >> LEAST_PACKET_SHIFT) return;
  }
}

static void compute_tick(void) {
  add_rows_in_time();
  finish_fetch();
  uint32_t before = mask_interrupts();
  ticks_due--;
  computing = true;
  restore_interrupts(before);
  uint32_t start = cycles_now();
  core.slot = ring_slot(core.tick);
  begin_spikes();
  model_receive();
  record_states(core.tick);
  model_step();
  if (model_facts.kind == KIND_SPIKE_SOURCE_ARRAY) send_events(core.tick);
  record_spikes();
  compute_cycles = cycles_now() - start;
  computing = false;
  end_packets_of_tick();
  core.tick++;
  provenance[PROVENANCE_TICKS]++;
}

static bool tick_is_due(void) {
  return ticks_due != 0;
}

/* Until the cores are to begin, all of them at once. */
static void wait_for_start(uint32_t since) {
  uint32_t lead = START_MICROS * cycles_per_micro();
  uint32_t passed = cycles_now() - since;
  if (passed >= lead) return;
  ticks_due = 0;
  TIMER(TIMER1 + TIMER_LOAD) = lead - passed;
  TIMER(TIMER1 + TIMER_CONTROL) = TIMER_ONCE_INTERRUPT;
  while (ticks_due == 0) {
    mask_interrupts();
    if (ticks_due == 0) wait_for_interrupt();
    unmask_interrupts();
  }
  TIMER(TIMER1 + TIMER_CONTROL) = TIMER_STOPPED;
}

static void run(uint32_t until) {
  begin_recordings(core.tick, until);
  tick_began = cycles_now();
  idle_cycles = 0;
  bool first = true;
  ticks_due = 1;
  TIMER(TIMER1 + TIMER_LOAD) = period;
  TIMER(TIMER1 + TIMER_CONTROL) = TIMER_PERIODIC_INTERRUPT;
  while (core.tick != until) {
    if (ticks_due != 0) {
      if (!first) count_tick();
      first = false;
      compute_tick();
    } else if (!work_on_rows(false) && !answer_message()) {
      sleep_unless(tick_is_due);
    }
  }
  /* The last tick has its whole time too: packets that others send in it are still to come. */
  while (ticks_due == 0) {
    if (!work_on_rows(false) && !answer_message()) sleep_unless(tick_is_due);
  }
  if (!first) count_tick();
  TIMER(TIMER1 + TIMER_CONTROL) = TIMER_STOPPED;
  TIMER(TIMER1 + TIMER_INT_CLR) = 1;
  while (work_on_rows(true)) continue;
}

/* Where the host looks when we wait again. */
static void write_back(void) {
  const struct region *states = &image.regions[REGION_STATES];
  copy_words(states->words, (uint32_t *)core.states, states->count);
  image.regions[REGION_CONFIG].words[CONFIG_TICK] = core.tick;
  provenance[PROVENANCE_SATURATIONS] = core.saturations;
  static uint32_t received_before, dropped_before;
  uint32_t dropped = packet_queue.dropped;
  uint32_t received = packet_queue.head + dropped;
  provenance[PROVENANCE_PACKETS_RECEIVED] += received - received_before;
  provenance[PROVENANCE_DROPPED_PACKETS] += dropped - dropped_before;
  received_before = received;
  dropped_before = dropped;
  copy_words(image.regions[REGION_PROVENANCE].words, provenance, PROVENANCE_WORDS);
  end_recordings();
}

static bool awaited_level;

static bool released(void) {
  return exit_signalled || sync_flag() == awaited_level;
}

/* Packets of the tick that others are still in are taken in as they come. */
static void wait_for_sync(bool level) {
  awaited_level = level;
  set_state(level ? STATE_SYNC1 : STATE_SYNC0);
  while (!released()) {
    if (work_on_rows(true)) continue;
    if (delayed_rows_unsaved()) save_delayed_rows();
    else if (!answer_message()) sleep_unless(released);
  }
}

static bool never(void) {
  return false;
}

static void leave(void) {
  set_state(STATE_EXIT);
  for (;;) {
    packet_queue.tail = packet_queue.head;
    if (!answer_message()) sleep_unless(never);
  }
}

void application(uint32_t flags_and_app_id) {
  enter_system(flags_and_app_id, model_facts.name);
  load_image(vcpu->user[0]);
  period = config(CONFIG_TIMER_MICROS) * cycles_per_micro();
  for (bool level = false;; level = !level) {
    wait_for_sync(level);
    if (exit_signalled) leave();
    set_state(STATE_RUN);
    uint32_t start = cycles_now();
    reload_image();
    uint32_t until = config(CONFIG_RUN_UNTIL);
    if ((int32_t)(until - core.tick) < 0) fail("run from tick %u to %u", core.tick, until);
    wait_for_start(start);
    run(until);
    if (delayed_rows_unsaved()) save_delayed_rows();
    write_back();
  }
}
