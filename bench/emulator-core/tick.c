/*
 * A program of the kind that runs on an application core, to measure and to test the emulated core with: a timer
 * interrupt each tick, neurons updated in fixed point, spikes queued, synaptic rows added to a ring buffer in the
 * background, sleep when there is nothing to do. ARM code with a part in Thumb.
 *
 * arm-none-eabi-gcc -mcpu=arm968e-s -marm -O2 -ffreestanding -nostdlib -T tick.ld tick.c -o tick.elf -lgcc
 * arm-none-eabi-objcopy -O binary -j .text tick.elf tick.bin
 *
 * `tick.ts` holds the words of tick.bin.
 */

typedef int s1615;
typedef unsigned int uint32;

#define NEURONS 256
#define ROW_WORDS 96
#define SLOTS 16
#define QUEUE 512

#define TIMER_INT_CLR (*(volatile uint32 *) 0x1100000c)
#define VIC_VECTOR (*(volatile uint32 *) 0x1f000030)
#define THUMB __attribute__((target("thumb"), noinline))

typedef struct {
  s1615 v, threshold, decay, gain;
  uint32 refractory, count;
} neuron;

static neuron neurons[NEURONS];
static unsigned short ring[SLOTS][NEURONS];
static uint32 queue[QUEUE];
static uint32 head, tail, now, dropped;
static uint32 seed;
/* What a test compares: changes with every spike and every synaptic event. */
uint32 checksum;

void start(void) __attribute__((naked, section(".text.start")));

/* Vectors; the stack of the handler is at the top of the DTCM, that of the program 4 KiB below. */
void start(void) {
  __asm__ volatile(
      "b 1f\n b .\n b .\n b .\n b .\n nop\n b 2f\n b .\n"
      "1: mov r0, #0xd2\n msr cpsr_c, r0\n ldr sp, =0x410000\n"
      "mov r0, #0x1f\n orr r0, r0, #0x80\n msr cpsr_c, r0\n ldr sp, =0x40f000\n"
      "bl program\n"
      "2: sub lr, lr, #4\n stmfd sp!, {r0-r3, r12, lr}\n bl tick\n ldmfd sp!, {r0-r3, r12, pc}^\n"
      ".ltorg\n");
}

static inline s1615 multiply(s1615 a, s1615 b) {
  return (s1615) (((long long) a * b) >> 15);
}

THUMB static uint32 random_word(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

THUMB static int push(uint32 spike) {
  uint32 next = (head + 1) % QUEUE;
  if (next == tail) {
    dropped++;
    return 0;
  }
  queue[head] = spike;
  head = next;
  return 1;
}

/* Called in the interrupt. */
void tick(void) {
  uint32 handler = VIC_VECTOR;
  unsigned short *input = ring[now % SLOTS];
  TIMER_INT_CLR = 1;
  for (uint32 i = 0; i < NEURONS; i++) {
    neuron *n = &neurons[i];
    s1615 in = input[i] << 3;
    input[i] = 0;
    if (n->refractory != 0) {
      n->refractory--;
      continue;
    }
    s1615 v = multiply(n->v, n->decay) + multiply(in, n->gain);
    if (v > n->threshold) {
      v = 0;
      n->refractory = 3;
      n->count++;
      push(i);
    }
    n->v = v;
  }
  if (random_word() % 4 == 0) push(random_word() % NEURONS);
  now++;
  VIC_VECTOR = handler;
}

static void add_row(uint32 spike) {
  uint32 state = spike * 2654435761u + 12345;
  for (uint32 i = 0; i < ROW_WORDS; i++) {
    uint32 word = state;
    state = state * 1664525u + 1013904223u;
    uint32 delay = (word >> 8) & (SLOTS - 1);
    unsigned short *cell = &ring[(now + delay) % SLOTS][word & (NEURONS - 1)];
    uint32 sum = *cell + ((word >> 20) & 0x3ff);
    if (sum > 0xffff) sum = 0xffff;
    *cell = sum;
    switch ((word >> 17) & 7) {
      case 0: checksum += sum; break;
      case 1: checksum ^= sum << 3; break;
      case 2: checksum = (checksum << 1) | (checksum >> 31); break;
      case 3: checksum -= delay; break;
      case 4: checksum += word >> 24; break;
      case 5: checksum ^= 0x5a; break;
      default: break;
    }
  }
}

static inline void set_control(uint32 control) {
  __asm__ volatile("msr cpsr_c, %0" : : "r"(control) : "memory");
}

void program(void) {
  seed = 1;
  for (uint32 i = 0; i < NEURONS; i++) {
    neurons[i].threshold = (20 << 15) + (random_word() & 0xffff);
    neurons[i].decay = 31000 + (random_word() & 0x3ff);
    neurons[i].gain = 8000 + (random_word() & 0xfff);
  }
  for (uint32 i = 0; i < 64; i++) push(i * 4);
  for (;;) {
    set_control(0x9f);
    if (tail == head) {
      /* Asleep with interrupts masked; the interrupt is taken when they are unmasked. */
      __asm__ volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
      set_control(0x1f);
      continue;
    }
    uint32 spike = queue[tail];
    tail = (tail + 1) % QUEUE;
    set_control(0x1f);
    add_row(spike);
  }
}
