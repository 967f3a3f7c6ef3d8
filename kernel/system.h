/* What SCAMP and an application share in System RAM (spinnaker_tools `sark.h`), and the functions of our runtime. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

/* What a core says about itself. */
struct vcpu {
  uint32_t registers[8];
  uint32_t psr, sp, lr;
  uint8_t rt_code, phys_cpu, cpu_state, app_id;
  uint32_t ap_message, mp_message;
  uint8_t ap_command, mp_command;
  uint16_t sw_count;
  uint32_t sw_file, sw_line;
  uint32_t time;
  char app_name[16];
  uint32_t iobuf;
  uint32_t sw_ver;
  uint32_t reserved[4];
  uint32_t user[4];
};

enum { STATE_WAIT = 5, STATE_START = 6, STATE_RUN = 7, STATE_SYNC0 = 8, STATE_SYNC1 = 9, STATE_EXIT = 11 };
enum { RTE_MALLOC = 10, RTE_SOFTWARE = 13 };
enum { SIGNAL_START = 3, SIGNAL_EXIT = 8 };
enum { LOCK_MESSAGES = 0, LOCK_MAILBOX_FLAGS = 1, LOCK_HEAPS = 6 };

extern volatile struct vcpu *vcpu;
/* Number by which SCAMP knows the core. */
extern uint32_t virtual_core;
extern uint32_t app_id;
extern volatile bool start_signalled, exit_signalled;

/* start.S */
uint32_t mask_interrupts(void);
void restore_interrupts(uint32_t before);
void unmask_interrupts(void);
void wait_for_interrupt(void);
__attribute__((noreturn)) void stop_with_error(uint32_t code);

/* system.c: from entry to being known to the monitor and interruptible; flags bit 0: wait for START. */
void enter_system(uint32_t flags_and_app_id, const char *name);
void set_state(uint32_t state);
/* Is the core's SYNC flag set? */
bool sync_flag(void);
/* Core clock cycles of a microsecond. */
uint32_t cycles_per_micro(void);
uint32_t lock(uint32_t number);
void unlock(uint32_t number, uint32_t before);
/* Words, from one memory to another. */
void copy_words(uint32_t *to, const uint32_t *from, uint32_t words);

/* heap.c: SARK's heaps; 0 if there is no room. */
uint32_t allocate_sdram(uint32_t bytes);
uint32_t allocate_system(uint32_t bytes);
void free_sdram(uint32_t address);

/* print.c: into IOBUF. %u, %x and %s; a line is visible to the host when it has ended. */
void print(const char *format, ...);
/* Says why, and stops in RTE. */
__attribute__((noreturn)) void fail(const char *format, ...);

/* messages.c: SDP messages to port 0 are answered when somebody calls this; true if there was one. */
bool answer_message(void);
/* From the monitor's interrupt: a message lies in this buffer. */
void message_arrived(uint32_t buffer);

#endif
