import { describe, expect, it } from "vitest";
import { CoresFailedOnChipsError } from "../../src/host-sim/arm-engine/cores-failed.ts";
import type { Deployment } from "../../src/image/deployment.ts";
import { ImageView } from "../../src/image/image-view.ts";
import { type CONFIG, HEADER, REGION_TABLE_WORD, REGIONS } from "../../src/image/layout.ts";
import { gridMachine } from "../../src/machine/index.ts";
import * as build from "../../src/network/builder/index.ts";
import { ArmTarget } from "../../src/pipeline/arm-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { CORE_STATE } from "../../src/sdp/core-state.ts";

const RTE_SOFTWARE = 13;
const CELLS = 0;

function deployment(): Deployment {
  const network = new build.NetworkBuilder({ seed: 2 });
  const cells = network.population("cells", 10, build.IF_cond_exp(), { record: ["spikes"] });
  const sources = network.population("sources", 4, build.SpikeSourcePoisson({ rate: 100 }));
  network.projection(sources, cells, build.AllToAllConnector(), { weight: 0.01, delay: 1 });
  const machine = gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false });
  return deploy(network.run(10).build(), machine);
}

/** What becomes of a core whose image was changed. */
function loaded(change: (words: Uint32Array, view: ImageView) => void): CoresFailedOnChipsError {
  const broken = deployment();
  const { image } = broken.cores[CELLS]!;
  change(new Uint32Array(image.buffer, image.byteOffset, image.byteLength / 4), new ImageView(image));
  try {
    new ArmTarget(broken);
  } catch (error) {
    if (error instanceof CoresFailedOnChipsError) return error;
    throw error;
  }
  throw new Error("the core did not mind");
}

const regionEntry = (name: keyof typeof REGIONS): number => REGION_TABLE_WORD + 2 * REGIONS[name];
const config = (view: ImageView, name: keyof typeof CONFIG): number => view.configOffset(name) / 4;

describe("a kernel that is given a broken image", () => {
  it.each<{ what: string; change: (words: Uint32Array, view: ImageView) => void; says: RegExp }>([
    { what: "another magic word", change: (w) => void w.fill(7, HEADER.magic, HEADER.magic + 1), says: /magic word 7/ },
    { what: "another version", change: (w) => void w.fill(99, HEADER.version, HEADER.version + 1), says: /layout 99/ },
    {
      what: "another layout",
      change: (w) => void w.fill(5, HEADER.layoutHash, HEADER.layoutHash + 1),
      says: /hash 5; .*map the network again/,
    },
    {
      what: "another model",
      change: (w) => void w.fill(1, HEADER.modelHash, HEADER.modelHash + 1),
      says: /image for model 1; this is IF_cond_exp/,
    },
    {
      what: "more bytes than SDRAM has",
      change: (w) => void w.fill(0x7fff_fffc, HEADER.totalBytes, HEADER.totalBytes + 1),
      says: /outside SDRAM/,
    },
    {
      what: "a region behind its end",
      change: (w) => void w.fill(0x0700_0000, regionEntry("rows"), regionEntry("rows") + 1),
      says: /region: \d+ words at byte 117440512/,
    },
    {
      what: "an absurd number of neurons",
      change: (w, v) => void w.fill(0xffff_fff0, config(v, "neurons"), config(v, "neurons") + 1),
      says: /numbers of neurons/,
    },
    {
      what: "no sub-steps",
      change: (w, v) => void w.fill(0, config(v, "substeps"), config(v, "substeps") + 1),
      says: /sub-steps/,
    },
    {
      what: "fields of synapses that do not fit a word",
      change: (w, v) => void w.fill(30, config(v, "delayBits"), config(v, "delayBits") + 1),
      says: /fields of synapses/,
    },
    {
      what: "a ring buffer beyond its DTCM",
      change: (w, v) => void w.fill(11, config(v, "delayBits"), config(v, "delayBits") + 1),
      says: /ring buffer: \d+ words of DTCM, \d+ are left/,
    },
    {
      what: "more source keys than the region holds",
      change: (w, v) => void w.fill(1000, config(v, "sourceKeys"), config(v, "sourceKeys") + 1),
      says: /1000 source keys/,
    },
    {
      what: "a row that ends before it begins",
      change: (_, v) => void v.regionWords("rowStarts").fill(0xffff, 1, 2),
      says: /row start 1 is 65535/,
    },
    {
      what: "a recording outside its buffer",
      change: (_, v) => void v.regionWords("recordings").fill(0x0f00_0000, 4, 5),
      says: /recording: \d+ words at byte/,
    },
  ])("with $what stops in RTE and prints the reason", ({ change, says }) => {
    const { failed } = loaded(change);
    expect(failed.map((f) => f.core)).toEqual([CELLS]);
    expect(failed[0]!.vcpu).toMatchObject({ state: CORE_STATE.RTE, runTimeError: RTE_SOFTWARE });
    expect(failed[0]!.iobuf).toMatch(says);
  });
});

/** Vectors and fault handlers lie below. */
const CODE = { from: 0x400, to: 0x6000 } as const;
const UNDEFINED_INSTRUCTION = 0xe7f0_00f0;
const RTE_UNDEFINED = 2;

describe("a core that dies between two runs", () => {
  it("leaves its registers in vcpu; what others recorded can be read", async () => {
    const target = new ArmTarget(deployment());
    await target.runUntil(3);
    const { physical } = target.chips.describe(CELLS).vcpu;
    const subsystem = target.chips.emulated.chip(0, 0).cores[physical]!;
    const word = new Uint8Array(Uint32Array.of(UNDEFINED_INSTRUCTION).buffer);
    for (let at: number = CODE.from; at < CODE.to; at += 4) subsystem.writeTcm(at, word);
    await expect(target.runUntil(6)).rejects.toMatchObject({ code: "CORES_FAILED_ON_CHIPS" });
    const { vcpu } = target.chips.describe(CELLS);
    expect(vcpu).toMatchObject({ state: CORE_STATE.RTE, runTimeError: RTE_UNDEFINED });
    expect(vcpu.lr, "where it happened").toBeGreaterThanOrEqual(CODE.from);
    expect(vcpu.lr).toBeLessThan(CODE.to);
    expect(target.chips.describe(1).vcpu.state).not.toBe(CORE_STATE.RTE);
  });
});
