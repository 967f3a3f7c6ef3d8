/**
 * Drawing connectivity: synapses a second and thread, and bytes of typed arrays allocated for each synapse (garbage
 * included), beside the obvious way in the same run: a draw for each pair, or draws that are sorted.
 * `node dist/bench/connect.js [--json]`; each case runs in a process of its own.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  AllToAllConnector,
  type ConnectorDescription,
  ExcitatoryInhibitoryConnector,
  FixedNumberPostConnector,
  FixedNumberPreConnector,
  FixedProbabilityConnector,
  FixedTotalNumberConnector,
  IF_cond_exp,
  NetworkBuilder,
  RandomDistribution,
  type SynapseOptions,
} from "../src/network/builder/index.ts";
import { connect, type Network } from "../src/network/index.ts";
import { RandomStream, stream } from "../src/random/index.ts";

interface Case {
  readonly cells: number;
  readonly connector: ConnectorDescription;
  readonly synapse?: SynapseOptions;
  /** Synapses that the obvious way makes in one run. */
  readonly obvious?: (cells: number) => number;
}

const CASES: Readonly<Record<string, Case>> = {
  "FixedProbability 0.02": {
    cells: 4000,
    connector: FixedProbabilityConnector(0.02),
    obvious: (cells) => drawEachPair(cells, 0.02),
  },
  "FixedProbability 0.1": {
    cells: 2000,
    connector: FixedProbabilityConnector(0.1),
    obvious: (cells) => drawEachPair(cells, 0.1),
  },
  "FixedNumberPost 80, with replacement": {
    cells: 4000,
    connector: FixedNumberPostConnector(80, { withReplacement: true }),
    obvious: (cells) => drawAndSort(cells, 80),
  },
  "FixedNumberPost 80": { cells: 4000, connector: FixedNumberPostConnector(80) },
  "FixedNumberPre 80": { cells: 4000, connector: FixedNumberPreConnector(80) },
  "FixedTotalNumber 300 000": { cells: 4000, connector: FixedTotalNumberConnector(300_000) },
  ExcitatoryInhibitory: { cells: 2000, connector: ExcitatoryInhibitoryConnector() },
  "ExcitatoryInhibitory, mt19937": { cells: 1000, connector: ExcitatoryInhibitoryConnector({ generator: "mt19937" }) },
  AllToAll: { cells: 1000, connector: AllToAllConnector() },
  "FixedProbability 0.1, normal weights": {
    cells: 2000,
    connector: FixedProbabilityConnector(0.1),
    synapse: { weight: RandomDistribution("normal_clipped", { mu: 1, sigma: 0.1, low: 0, high: 2 }) },
  },
};

interface Measured {
  readonly name: string;
  readonly synapses: number;
  readonly millionsPerSecond: number;
  readonly bytesPerSynapse: number;
  /** Times faster than the obvious way. */
  readonly ratio?: number;
}

const only = process.argv.indexOf("--case");
if (only >= 0) console.log(JSON.stringify(measure(process.argv[only + 1]!)));
else report();

function report(): void {
  const all = Object.keys(CASES).map((name) => {
    const output = execFileSync(process.execPath, ["--expose-gc", fileURLToPath(import.meta.url), "--case", name]);
    return JSON.parse(output.toString()) as Measured;
  });
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify(all));
    return;
  }
  for (const { name, synapses, millionsPerSecond, bytesPerSynapse, ratio } of all) {
    const times = ratio === undefined ? "" : `, ${ratio.toFixed(1)} times the obvious way`;
    const speed = `${millionsPerSecond.toFixed(1)} M synapses/s`;
    console.log(`${name}: ${synapses} synapses, ${speed}, ${bytesPerSynapse.toFixed(1)} bytes each${times}`);
  }
}

function measure(name: string): Measured {
  const { cells, connector, synapse, obvious } = CASES[name]!;
  const network = networkOf(cells, connector, synapse);
  // Before the timing: collecting garbage also throws compiled code away.
  (globalThis as { gc?: () => void }).gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const { post } = connect(network, 0);
  const bytesPerSynapse = (process.memoryUsage().arrayBuffers - before) / post.length;
  const ours = fastest(() => connect(network, 0).post.length);
  const theirs = obvious === undefined ? undefined : fastest(() => obvious(cells));
  return {
    name,
    synapses: ours.synapses,
    millionsPerSecond: ours.perSecond / 1e6,
    bytesPerSynapse,
    ...(theirs === undefined ? {} : { ratio: ours.perSecond / theirs.perSecond }),
  };
}

function networkOf(cells: number, connector: ConnectorDescription, synapse: SynapseOptions = {}): Network {
  const net = new NetworkBuilder({ seed: 1 });
  const population = net.population("cells", cells, IF_cond_exp());
  return net.projection(population, population, connector, synapse).run(1).build();
}

/** Best of forty short runs: averages say nothing on a machine that others use. */
function fastest(draw: () => number): { readonly synapses: number; readonly perSecond: number } {
  let synapses = 0;
  let perSecond = 0;
  for (let run = 0; run < 40; run++) {
    const started = performance.now();
    synapses = draw();
    perSecond = Math.max(perSecond, (synapses * 1000) / (performance.now() - started));
  }
  return { synapses, perSecond };
}

/** A tenth of the rows, a uniform number for each pair. */
function drawEachPair(cells: number, p: number): number {
  const random = new RandomStream(1, stream("connectivity", 0));
  const posts: number[] = [];
  for (let pre = 0; pre < cells / 10; pre++) {
    random.at(pre);
    for (let post = 0; post < cells; post++) if (random.uniform() < p) posts.push(post);
  }
  return posts.length;
}

function drawAndSort(cells: number, n: number): number {
  const random = new RandomStream(1, stream("connectivity", 0));
  const posts = new Uint32Array(cells * n);
  for (let pre = 0; pre < cells; pre++) {
    random.at(pre);
    const row = posts.subarray(pre * n, pre * n + n);
    for (let k = 0; k < n; k++) row[k] = random.below(cells);
    row.sort();
  }
  return posts.length;
}
