import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LINK_COUNT, type Machine } from "../../../src/machine/machine.ts";
import { allocateKeys } from "../../../src/mapper/keys/index.ts";
import { LOCAL, type RoutingTable } from "../../../src/mapper/netlist.ts";
import { buildSmallTables } from "../../../src/mapper/tables/index.ts";
import { verifyDelivery } from "../../../src/mapper/verify/index.ts";
import { specOf, type TestNet, testMapping } from "./random-mapping.ts";

/** Sends one packet through the tables as the routers would; true when it reaches exactly its sinks, each once. */
function arrivesRight(machine: Machine, tables: readonly RoutingTable[], net: TestNet, key: number): boolean {
  const missing = new Set(net.sinks.map(({ chip, core }) => `${chip} ${core}`));
  const passed = new Set<number>();
  const packets = [{ chip: net.sourceChip, arrival: LOCAL }];
  for (const { chip, arrival } of packets) {
    if (passed.has(chip)) return false;
    passed.add(chip);
    const table = tables.find((each) => each.chip === chip);
    const entry = table?.key.findIndex((word, at) => (key & table.mask[at]!) >>> 0 === word) ?? -1;
    if (entry < 0 && arrival === LOCAL) return false;
    const route = entry < 0 ? 1 << ((arrival + 3) % LINK_COUNT) : table!.route[entry]!;
    for (let core = 0; core < 26; core++) {
      if (route & (64 << core) && !missing.delete(`${chip} ${core}`)) return false;
    }
    for (let link = 0; link < LINK_COUNT; link++) {
      if ((route & (1 << link)) === 0) continue;
      const next = machine.neighbour[chip * LINK_COUNT + link]!;
      if (next < 0) return false;
      packets.push({ chip: next, arrival: (link + 3) % LINK_COUNT });
    }
  }
  return missing.size === 0;
}

const corruption = fc.record({
  table: fc.nat(),
  entry: fc.nat(),
  field: fc.constantFrom("key" as const, "mask" as const, "route" as const),
  bit: fc.nat(23),
});

describe("verifyDelivery on tables with one flipped bit", () => {
  it("finds fault exactly when some packet goes wrong, and its counter-examples do go wrong", () => {
    fc.assert(
      fc.property(testMapping, corruption, ({ machine, nets, forest }, { table: which, entry, field, bit }) => {
        fc.pre(nets.length > 0);
        const netBits = Uint8Array.from(nets, (net) => net.bits);
        const keys = allocateKeys({ netBits, population: new Int32Array(nets.length), forest });
        const right = buildSmallTables(forest, keys, machine);
        const tables = right.map(({ chip, key, mask, route }) => ({
          chip,
          key: key.slice(),
          mask: mask.slice(),
          route: route.slice(),
        }));
        const words = tables[which % tables.length]![field];
        words[entry % words.length]! ^= 1 << bit;

        const proof = verifyDelivery(machine, tables, specOf({ machine, nets, forest }, keys), {
          maxFaults: nets.length,
        });
        const wrongNets = nets.flatMap((net, at) => {
          const all = Array.from({ length: 2 ** net.bits }, (_, offset) => keys.key[at]! + offset);
          return all.every((key) => arrivesRight(machine, tables, net, key)) ? [] : [at];
        });
        expect(proof.faults.map((fault) => "net" in fault && fault.net)).toEqual(wrongNets);
        for (const fault of proof.faults) {
          if (!("path" in fault)) throw new Error(`unexpected ${fault.rule}`);
          expect(arrivesRight(machine, tables, nets[fault.net]!, fault.key)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});
