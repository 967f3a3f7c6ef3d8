import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heap } from "../../../src/host-sim/board/heap.ts";
import { MemoryMap, type RegisterBlock } from "../../../src/host-sim/board/memory-map.ts";
import { Sdram } from "../../../src/host-sim/board/sdram.ts";

const BASE = 0x6024_0000;
const ALLOC_TAG = 0x6788_4038;
const NO_REGISTERS: RegisterBlock = { readRegister: () => 0, writeRegister: () => undefined };

function memory(): MemoryMap {
  const chip = {
    sdram: new Sdram(),
    sysram: new Uint8Array(0x8000),
    router: NO_REGISTERS,
    systemController: NO_REGISTERS,
    otherPeripherals: NO_REGISTERS,
  };
  return new MemoryMap(chip, { kind: "nothing" }, "abort");
}

function heap(bytes: number, in_: MemoryMap = memory()): Heap {
  const made = new Heap(in_, BASE, () => ALLOC_TAG);
  made.initialise(BASE + bytes);
  return made;
}

const APP = 66;

describe("SARK's heap", () => {
  it("of SpiNNMan's boot has 123469792 bytes free, all in one block", () => {
    const whole = heap(0x6780_0000 - BASE);
    expect([whole.freeBytes, whole.largestFree()]).toEqual([123_469_792, 123_469_792]);
  });

  it("gives its first block 24 bytes after its base, the next one after the first, rounded up to words", () => {
    const fresh = heap(4096);
    expect(fresh.allocate({ bytes: 5, tag: 0, appId: APP })).toBe(BASE + 24);
    expect(fresh.allocate({ bytes: 4, tag: 0, appId: APP })).toBe(BASE + 24 + 8 + 8);
    expect(fresh.freeBytes).toBe(4096 - 32 - 16 - 12);
  });

  it.each([
    { request: { bytes: 0, tag: 0, appId: APP }, because: "nothing was asked for" },
    { request: { bytes: 4, tag: 256, appId: APP }, because: "there is no such tag" },
    { request: { bytes: 4096, tag: 0, appId: APP }, because: "it does not fit" },
    { request: { bytes: 0xffff_ffff, tag: 0, appId: APP }, because: "nothing is that large" },
  ])("answers 0: $because", ({ request }) => {
    expect(heap(4096).allocate(request)).toBe(0);
  });

  it("gives a tag away once, unless a block of the same size is acceptable again", () => {
    const fresh = heap(4096);
    const first = fresh.allocate({ bytes: 16, tag: 7, appId: APP });
    expect(fresh.allocate({ bytes: 16, tag: 7, appId: APP })).toBe(0);
    expect(fresh.allocate({ bytes: 16, tag: 7, appId: APP, acceptExisting: true })).toBe(first);
    expect(fresh.allocate({ bytes: 20, tag: 7, appId: APP, acceptExisting: true })).toBe(0);
    expect(fresh.allocate({ bytes: 16, tag: 7, appId: APP + 1 })).not.toBe(0);
    fresh.free(first);
    expect(fresh.allocate({ bytes: 16, tag: 7, appId: APP })).toBe(first);
  });

  it("leaves no splinter that is too small for a header", () => {
    const fresh = heap(4096);
    const hole = fresh.allocate({ bytes: 24, tag: 0, appId: APP });
    const above = fresh.allocate({ bytes: 4, tag: 0, appId: APP });
    fresh.free(hole);
    // 24 + 8 bytes of hole, 16 + 8 asked: the 8 left over stay with the block.
    expect(fresh.allocate({ bytes: 16, tag: 0, appId: APP })).toBe(hole);
    expect(fresh.allocate({ bytes: 4, tag: 0, appId: APP })).toBeGreaterThan(above);
  });

  it("counts what was asked for as used and what the block has as freed, as SARK does: splinters add up", () => {
    const fresh = heap(4096);
    const hole = fresh.allocate({ bytes: 24, tag: 0, appId: APP });
    fresh.allocate({ bytes: 4, tag: 0, appId: APP });
    fresh.free(hole);
    const before = fresh.freeBytes;
    fresh.free(fresh.allocate({ bytes: 16, tag: 0, appId: APP }));
    expect(fresh.freeBytes).toBe(before + 8);
  });

  it("stops the core that frees address 0", () => {
    expect(() => heap(4096).free(0)).toThrow(expect.objectContaining({ code: "CORE_RUN_TIME_ERROR", rteCode: 16 }));
  });

  it("is first fit by address, merges what is free, and forgets nothing, whatever is done to it", () => {
    const bytes = fc.integer({ min: 1, max: 300 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("allocate" as const), bytes, appId: fc.integer({ min: 16, max: 18 }) }),
      fc.record({ kind: fc.constant("free" as const), which: fc.nat() }),
      fc.record({ kind: fc.constant("freeByApp" as const), appId: fc.integer({ min: 16, max: 18 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const size = 4096;
        const real = heap(size);
        const model = new ModelHeap(BASE + 16, BASE + size - 8);
        for (const action of steps) {
          if (action.kind === "allocate") {
            const address = real.allocate({ bytes: action.bytes, tag: 0, appId: action.appId });
            expect(address).toBe(model.allocate(action.bytes, action.appId));
          } else if (action.kind === "free") {
            const blocks = [...model.used.keys()];
            const address = blocks[action.which % blocks.length];
            if (address === undefined) continue;
            real.free(address);
            model.used.delete(address);
          } else {
            expect(real.freeByApp(action.appId)).toBe(model.freeByApp(action.appId));
          }
          expect(real.largestFree()).toBe(model.largestFree());
        }
        for (const address of model.used.keys()) real.free(address);
        expect(real.largestFree()).toBe(size - 32);
      }),
    );
  });
});

/** The same by intervals: used blocks, and the gaps between them. */
class ModelHeap {
  readonly #first: number;
  readonly #end: number;
  /** Address → first byte after the block, and owner. */
  readonly used = new Map<number, { readonly end: number; readonly appId: number }>();

  constructor(first: number, end: number) {
    this.#first = first;
    this.#end = end;
  }

  allocate(bytes: number, appId: number): number {
    const need = Math.ceil(bytes / 4) * 4 + 8;
    for (const gap of this.#gaps()) {
      const left = gap.end - gap.start - need;
      if (left < 0) continue;
      this.used.set(gap.start + 8, { end: left > 8 ? gap.start + need : gap.end, appId });
      return gap.start + 8;
    }
    return 0;
  }

  freeByApp(appId: number): number {
    const own = [...this.used].filter(([, block]) => block.appId === appId);
    for (const [address] of own) this.used.delete(address);
    return own.length;
  }

  largestFree(): number {
    return Math.max(0, ...this.#gaps().map((gap) => gap.end - gap.start - 8));
  }

  #gaps(): { readonly start: number; readonly end: number }[] {
    const gaps: { start: number; end: number }[] = [];
    let at = this.#first;
    for (const [address, block] of [...this.used].toSorted(([a], [b]) => a - b)) {
      if (address - 8 > at) gaps.push({ start: at, end: address - 8 });
      at = block.end;
    }
    if (at < this.#end) gaps.push({ start: at, end: this.#end });
    return gaps;
  }
}
