import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { npyHeader, npzChunks } from "../../src/results/npy.ts";
import { resultsNpzChunks } from "../../src/results/python-export.ts";
import { syntheticRun } from "./synthetic-run.ts";

const numpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;

/** Runs Python on an archive from standard input, as `data`, and gives back the JSON it prints. */
function inPython(archive: Uint8Array, expression: string): unknown {
  const program = `import io, json, sys, numpy
data = numpy.load(io.BytesIO(sys.stdin.buffer.read()))
print(json.dumps(${expression}))`;
  const { stdout, stderr } = spawnSync("python3", ["-c", program], { input: archive, encoding: "utf8" });
  return stderr === "" ? JSON.parse(stdout) : stderr;
}

describe("header of a .npy file", () => {
  it.each([
    { data: new Int32Array(6), shape: [2, 3], text: "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }" },
    { data: new Uint32Array(5), shape: [5], text: "{'descr': '<u4', 'fortran_order': False, 'shape': (5,), }" },
    { data: new Uint16Array(0), shape: [0], text: "{'descr': '<u2', 'fortran_order': False, 'shape': (0,), }" },
    { data: new Float64Array(1), shape: [1, 1], text: "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }" },
  ])("for shape $shape is $text, padded with blanks to a multiple of 64 bytes", ({ data, shape, text }) => {
    const header = Buffer.from(npyHeader({ data, shape }));
    expect(header.length % 64).toBe(0);
    expect(header.toString("latin1", 0, 8)).toBe("\x93NUMPY\x01\x00");
    expect(header.readUInt16LE(8)).toBe(header.length - 10);
    expect(header.toString("latin1", 10)).toBe(`${text.padEnd(header.length - 11)}\n`);
  });
});

describe(".npz export", () => {
  const run = syntheticRun();
  const archive = Buffer.concat([...resultsNpzChunks(run)]);

  it("is the same bytes each time", () => {
    expect(Buffer.concat([...resultsNpzChunks(syntheticRun())]).equals(archive)).toBe(true);
  });

  it("is a zip archive of no files when there is nothing to write", () => {
    expect(Buffer.concat([...npzChunks([])]).toString("latin1")).toBe(`PK\x05\x06${"\0".repeat(18)}`);
  });

  it.runIf(numpy)("is read by NumPy: spikes and their times", () => {
    expect(inPython(archive, "[data['seed'].tolist(), data['E/spikes/neuron'].tolist()]")).toEqual([
      [0xffff_ffff],
      [...run.populations[0]!.spikes!.neuron],
    ]);
    expect(inPython(archive, "data['thalamus/spikes/time_ms'].tolist()")).toEqual([
      ...run.populations[2]!.spikes!.tick,
    ]);
  });

  it.runIf(numpy)("is read by NumPy: signals as words and as values in user units, with neurons and times", () => {
    const signal = run.populations[0]!.signals[1]!;
    const columns = (variable: string): string => `data['E/gsyn_exc/${variable}']`;
    expect(
      inPython(
        archive,
        `[${columns("words")}.shape, ${columns("words")}.ravel().tolist(), ${columns("values")}.ravel().tolist()]`,
      ),
    ).toEqual([[6, 2], [...signal.words], [...signal.words].map((word, at) => word * signal.scale[at % 2]!)]);
    expect(inPython(archive, `[${columns("neurons")}.tolist(), ${columns("time_ms")}.tolist()]`)).toEqual([
      [1, 3],
      [0, 7, 14, 21, 28, 35],
    ]);
  });

  it.runIf(numpy)("is found undamaged by Python's zip module", () => {
    expect(inPython(archive, "data.zip.testzip()")).toBeNull();
  });
});
