/* IOBUF: blocks of {next, unix time, ms, bytes written, bytes}, the first one's address in vcpu. */
#include <stdarg.h>

#include "chip.h"
#include "system.h"

#define SV_UNIX_TIME REGISTER(0xe5007f1c)
#define SV_TIME_MS (*(volatile uint16_t *)0xe5007f18)
#define SV_IOBUF_SIZE REGISTER(0xe5007f50)

struct iobuf {
  volatile struct iobuf *next;
  uint32_t unix_time, time_ms, written;
  uint8_t bytes[];
};

static volatile struct iobuf *block;
static uint32_t filled;

static bool next_block(void) {
  volatile struct iobuf *fresh = (volatile struct iobuf *)allocate_system(sizeof(struct iobuf) + SV_IOBUF_SIZE);
  if (fresh == 0) return false;
  fresh->next = 0;
  fresh->unix_time = SV_UNIX_TIME;
  fresh->time_ms = SV_TIME_MS;
  fresh->written = 0;
  if (block == 0) vcpu->iobuf = (uint32_t)fresh;
  else block->next = fresh;
  block = fresh;
  filled = 0;
  return true;
}

/* What finds no room is lost: printing must not stop a simulation. */
static void put(char c) {
  if ((block == 0 || filled == SV_IOBUF_SIZE) && !next_block()) return;
  block->bytes[filled++] = c;
  if (c == '\n' || filled == SV_IOBUF_SIZE) block->written = filled;
}

static void put_number(uint32_t value, uint32_t base) {
  char digits[10];
  uint32_t count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  while (count != 0) put(digits[--count]);
}

static void print_list(const char *format, va_list values) {
  for (; *format != 0; format++) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    format++;
    if (*format == 'u') {
      put_number(va_arg(values, uint32_t), 10);
    } else if (*format == 'x') {
      put_number(va_arg(values, uint32_t), 16);
    } else {
      for (const char *text = va_arg(values, const char *); *text != 0; text++) put(*text);
    }
  }
}

void print(const char *format, ...) {
  va_list values;
  va_start(values, format);
  print_list(format, values);
  va_end(values);
}

void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  print_list(format, values);
  va_end(values);
  put('\n');
  stop_with_error(RTE_SOFTWARE);
}
