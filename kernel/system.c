/* From the loader to an application that SCAMP knows: vcpu, interrupts, the monitor's mailbox, locks. */
#include "system.h"

#include "chip.h"

#define SV 0xe5007f00
#define SV_UNIX_TIME REGISTER(SV + 0x1c)
#define SV_CPU_CLK (*(volatile uint16_t *)(SV + 0x24))
#define SV_P2V_MAP ((volatile uint8_t *)(SV + 0x94))
#define SV_VCPU_BASE REGISTER(SV + 0xcc)
#define DEFAULT_CPU_CLK 200
#define VCPU_BYTES 128
/* vcpu is cleared up to user0, which the host has written before. */
#define VCPU_CLEARED_WORDS 28
#define KERNEL_VERSION 0x00000100

enum { COMMAND_IDLE, COMMAND_MESSAGE, COMMAND_PING, COMMAND_SIGNAL };

volatile struct vcpu *vcpu;
uint32_t virtual_core;
uint32_t app_id;
volatile bool start_signalled, exit_signalled;

void monitor_interrupt(void);
void timer_interrupt(void);
void stray_interrupt(void);

static void enable_slot(uint32_t slot, uint32_t source, void (*handler)(void)) {
  VIC(VIC_VECTORS + 4 * slot) = (uint32_t)handler;
  VIC(VIC_CONTROLS + 4 * slot) = VIC_SLOT_ENABLE | source;
}

/* Nothing is as after a reset: the application before us has left its settings behind. */
static void prepare_devices(void) {
  VIC(VIC_DISABLE) = ~0u;
  VIC(VIC_SOFT_CLEAR) = ~0u;
  TIMER(TIMER1 + TIMER_CONTROL) = TIMER_STOPPED;
  TIMER(TIMER1 + TIMER_INT_CLR) = 1;
  TIMER(TIMER2 + TIMER_CONTROL) = TIMER_STOPPED;
  TIMER(TIMER2 + TIMER_INT_CLR) = 1;
  TIMER(TIMER2 + TIMER_LOAD) = ~0u;
  TIMER(TIMER2 + TIMER_CONTROL) = TIMER_FREE_RUNNING;
  CC(CC_TCR) = 0;
  DMA(DMA_CTRL) = CTRL_RESET;
  DMA(DMA_CTRL) = CTRL_RESTART;
  DMA(DMA_GCTL) = 0;
  VIC(VIC_SELECT) = 1 << SOURCE_CC_RX_READY;
  /* One write for each level that may still be in service. */
  for (uint32_t i = 0; i <= VIC_SLOTS; i++) VIC(VIC_VECTOR) = 0;
  for (uint32_t slot = 0; slot < VIC_SLOTS; slot++) VIC(VIC_CONTROLS + 4 * slot) = 0;
  VIC(VIC_DEFAULT_VECTOR) = (uint32_t)stray_interrupt;
  enable_slot(0, SOURCE_CPU_INT, monitor_interrupt);
  enable_slot(1, SOURCE_TIMER1, timer_interrupt);
}

void enter_system(uint32_t flags_and_app_id, const char *name) {
  prepare_devices();
  uint32_t physical = DMA(DMA_STAT) >> 24;
  app_id = flags_and_app_id & 0xff;
  virtual_core = SV_P2V_MAP[physical];
  vcpu = (volatile struct vcpu *)(SV_VCPU_BASE + virtual_core * VCPU_BYTES);
  for (uint32_t i = 0; i < VCPU_CLEARED_WORDS; i++) ((volatile uint32_t *)vcpu)[i] = 0;
  vcpu->phys_cpu = physical;
  vcpu->app_id = app_id;
  vcpu->time = SV_UNIX_TIME;
  vcpu->sw_ver = KERNEL_VERSION;
  for (uint32_t i = 0; i < sizeof vcpu->app_name && name[i] != 0; i++) vcpu->app_name[i] = name[i];
  set_state(STATE_WAIT);
  VIC(VIC_ENABLE) = (1 << SOURCE_CC_RX_READY) | (1 << SOURCE_CPU_INT) | (1 << SOURCE_TIMER1);
  unmask_interrupts();
  if ((flags_and_app_id >> 8 & 1) != 0) {
    while (!start_signalled) {
      mask_interrupts();
      if (!start_signalled) wait_for_interrupt();
      unmask_interrupts();
      answer_message();
    }
  }
  set_state(STATE_START);
}

void set_state(uint32_t state) {
  vcpu->cpu_state = state;
}

bool sync_flag(void) {
  return (SYSTEM_CONTROLLER(SC_FLAGS) >> virtual_core & 1) != 0;
}

uint32_t cycles_per_micro(void) {
  uint32_t clock = SV_CPU_CLK;
  return clock == 0 ? DEFAULT_CPU_CLK : clock;
}

/* In the monitor's interrupt. SCAMP waits for the command to be cleared; SYNC wakes us without any. */
void monitor_called(uint32_t interrupted_at) {
  SYSTEM_CONTROLLER(SC_CLR_IRQ) = SC_CODE | 1u << vcpu->phys_cpu;
  uint32_t command = vcpu->ap_command;
  if (command == COMMAND_IDLE) return;
  uint32_t message = vcpu->ap_message;
  if (command == COMMAND_PING) vcpu->ap_message = interrupted_at;
  vcpu->ap_command = COMMAND_IDLE;
  if (command == COMMAND_MESSAGE) {
    message_arrived(message);
  } else if (command == COMMAND_SIGNAL) {
    if (message == SIGNAL_START) start_signalled = true;
    if (message == SIGNAL_EXIT) exit_signalled = true;
  }
}

uint32_t lock(uint32_t number) {
  uint32_t before = mask_interrupts();
  while ((int32_t)SYSTEM_CONTROLLER(SC_LOCK + 4 * number) < 0) continue;
  return before;
}

void unlock(uint32_t number, uint32_t before) {
  (void)SYSTEM_CONTROLLER(SC_UNLOCK + 4 * number);
  restore_interrupts(before);
}

void copy_words(uint32_t *to, const uint32_t *from, uint32_t words) {
  while (words-- != 0) *to++ = *from++;
}
