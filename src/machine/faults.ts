import { MachineDescriptionError } from "./errors.ts";
import { oppositeLink } from "./geometry.ts";
import { LINK_COUNT, type Machine } from "./machine.ts";

/** Parts of a machine that do not work. */
export interface Faults {
  readonly chips?: readonly { readonly x: number; readonly y: number }[];
  /** Virtual core numbers, 1 to 17. */
  readonly cores?: readonly { readonly x: number; readonly y: number; readonly core: number }[];
  /** Links 0 to 5; each is dead in both directions. */
  readonly links?: readonly { readonly x: number; readonly y: number; readonly link: number }[];
}

/**
 * The machine without its faulty parts. A dead chip takes its links along; a board whose Ethernet chip is dead keeps
 * working through its neighbours. What is dead already may be named again.
 *
 * @throws {MachineDescriptionError} a fault outside the machine
 */
export function withFaults(machine: Machine, faults: Faults): Machine {
  const alive = machine.alive.slice();
  const neighbour = machine.neighbour.slice();
  const applicationCores = machine.applicationCores.slice();
  const sdramBytes = machine.sdramBytes.slice();
  const routerEntries = machine.routerEntries.slice();
  const ethernetChip = machine.ethernetChip.slice();
  const cut = (chip: number, link: number): void => {
    const other = neighbour[chip * LINK_COUNT + link]!;
    if (other < 0) return;
    neighbour[chip * LINK_COUNT + link] = -1;
    neighbour[other * LINK_COUNT + oppositeLink(link)] = -1;
  };

  for (const { x, y, link } of faults.links ?? []) {
    const chip = chipAt(machine, x, y);
    if (!Number.isInteger(link) || link < 0 || link >= LINK_COUNT) throw faultError(machine, x, y, `link ${link}`);
    cut(chip, link);
  }
  for (const { x, y, core } of faults.cores ?? []) {
    const chip = chipAt(machine, x, y);
    if (!Number.isInteger(core) || core < 1 || core > 17) throw faultError(machine, x, y, `core ${core}`);
    applicationCores[chip]! &= ~(1 << core);
  }
  for (const { x, y } of faults.chips ?? []) {
    const chip = chipAt(machine, x, y);
    for (let link = 0; link < LINK_COUNT; link++) cut(chip, link);
    alive[chip] = 0;
    applicationCores[chip] = 0;
    sdramBytes[chip] = 0;
    routerEntries[chip] = 0;
    ethernetChip[chip] = 0;
  }
  const ethernetChips = machine.ethernetChips.filter((chip) => alive[chip] === 1);
  return {
    ...machine,
    alive,
    neighbour,
    applicationCores,
    sdramBytes,
    routerEntries,
    ethernetChip,
    ethernetChips,
  };
}

function chipAt(machine: Machine, x: number, y: number): number {
  const inside = Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0;
  if (!inside || x >= machine.width || y >= machine.height) throw faultError(machine, x, y, "a fault");
  return y * machine.width + x;
}

function faultError(machine: Machine, x: number, y: number, what: string): MachineDescriptionError {
  return new MachineDescriptionError(
    `machine "${machine.name}", chip (${x}, ${y})`,
    `${what} is not part of the machine`,
    `Chips are (0, 0) to (${machine.width - 1}, ${machine.height - 1}), cores 1 to 17, links 0 to ${LINK_COUNT - 1}.`,
  );
}
