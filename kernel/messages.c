/* SDP messages: the host may ask a core for its version and its memory (port 0), in SCAMP's own protocol. */
#include "chip.h"
#include "system.h"

#define SV_P2P_ADDR (*(volatile uint16_t *)0xe5007f00)
#define SV_CLOCK_MS REGISTER(0xe5007f10)
#define SV_SHM_FREE REGISTER(0xe5007f68)
#define SV_SHM_COUNT (*(volatile uint16_t *)0xe5007f6c)
#define SV_SHM_MAX (*(volatile uint16_t *)0xe5007f6e)
#define SV_V2P_MAP ((volatile uint8_t *)0xe5007fa8)
#define SV_MBOX_FLAGS REGISTER(0xe5007fec)

#define HEADER_BYTES 8
#define COMMAND_BYTES 16
#define MOST_DATA 256
#define TIMEOUT_MS 10

enum { CMD_VER = 0, CMD_READ = 2, CMD_WRITE = 3 };
enum { RC_OK = 0x80, RC_LENGTH = 0x81, RC_COMMAND = 0x83, RC_ARGUMENT = 0x84 };
enum { TYPE_BYTE, TYPE_HALF, TYPE_WORD };

struct message {
  struct message *next;
  uint16_t length, checksum;
  uint8_t flags, tag, to_port, from_port;
  uint16_t to_address, from_address;
  uint16_t command, sequence;
  uint32_t arguments[3];
  uint8_t data[MOST_DATA];
  uint32_t pad;
};

static volatile uint32_t waiting;

static void give_back(uint32_t buffer) {
  uint32_t before = lock(LOCK_MESSAGES);
  *(volatile uint32_t *)buffer = SV_SHM_FREE;
  SV_SHM_FREE = buffer;
  SV_SHM_COUNT--;
  unlock(LOCK_MESSAGES, before);
}

void message_arrived(uint32_t buffer) {
  /* One at a time: a host that does not wait for the answer is not answered. */
  if (waiting == 0) waiting = buffer;
  else give_back(buffer);
}

static void copy_by(uint32_t type, uint32_t to, uint32_t from, uint32_t length) {
  if (type == TYPE_WORD) {
    for (uint32_t i = 0; i < length; i += 4) *(volatile uint32_t *)(to + i) = *(volatile uint32_t *)(from + i);
  } else if (type == TYPE_HALF) {
    for (uint32_t i = 0; i < length; i += 2) *(volatile uint16_t *)(to + i) = *(volatile uint16_t *)(from + i);
  } else {
    for (uint32_t i = 0; i < length; i++) *(volatile uint8_t *)(to + i) = *(volatile uint8_t *)(from + i);
  }
}

/* Makes the answer in place. READ's data begin where the arguments were. */
static void obey(struct message *m) {
  uint32_t length = m->arguments[1];
  uint32_t type = m->arguments[2];
  uint32_t command = m->command;
  m->length = HEADER_BYTES + 4;
  m->command = RC_OK;
  if (command == CMD_VER) {
    static const char text[] = "spinloom/SpiNNaker\0000.1.0";
    m->arguments[0] = (uint32_t)SV_P2P_ADDR << 16 | (uint32_t)vcpu->phys_cpu << 8 | virtual_core;
    m->arguments[1] = 0xffff0100;
    m->arguments[2] = 0;
    for (uint32_t i = 0; i < sizeof text; i++) m->data[i] = text[i];
    m->length = HEADER_BYTES + COMMAND_BYTES + sizeof text;
  } else if (command != CMD_READ && command != CMD_WRITE) {
    m->command = RC_COMMAND;
  } else if (length > MOST_DATA) {
    m->command = RC_LENGTH;
  } else if (type > TYPE_WORD || ((m->arguments[0] | length) & ((1u << type) - 1)) != 0) {
    m->command = RC_ARGUMENT;
  } else if (command == CMD_READ) {
    copy_by(type, (uint32_t)m->arguments, m->arguments[0], length);
    m->length = HEADER_BYTES + 4 + length;
  } else {
    copy_by(type, m->arguments[0], (uint32_t)m->data, length);
  }
}

/* Hands a shared buffer to the monitor. Its interrupt may only be raised with a flag set: SCAMP looks until it finds one. */
static bool send_to_monitor(uint32_t buffer) {
  uint32_t start = SV_CLOCK_MS;
  while (vcpu->mp_command != 0) {
    if (SV_CLOCK_MS - start > TIMEOUT_MS) return false;
  }
  vcpu->mp_message = buffer;
  vcpu->mp_command = 1;
  uint32_t before = lock(LOCK_MAILBOX_FLAGS);
  uint32_t flags = SV_MBOX_FLAGS;
  SV_MBOX_FLAGS = flags | 1u << virtual_core;
  if (flags == 0) SYSTEM_CONTROLLER(SC_SET_IRQ) = SC_CODE | 1u << SV_V2P_MAP[0];
  unlock(LOCK_MAILBOX_FLAGS, before);
  return true;
}

bool answer_message(void) {
  uint32_t buffer = waiting;
  if (buffer == 0) return false;
  struct message *m = (struct message *)buffer;
  bool answered = false;
  if (m->to_port >> 5 == 0 && m->length >= HEADER_BYTES + COMMAND_BYTES) {
    obey(m);
    uint16_t address = m->to_address;
    uint8_t port = m->to_port;
    m->to_address = m->from_address;
    m->to_port = m->from_port;
    m->from_address = address;
    m->from_port = port;
    answered = send_to_monitor(buffer);
  }
  waiting = 0;
  if (!answered) give_back(buffer);
  return true;
}
