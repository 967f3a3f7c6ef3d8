import type { Population, Projection, View } from "../network.ts";
import type { ConnectionSpace } from "./row-connector.ts";

/**
 * The two sides a connector spans, each the neurons of one view or of an assembly of views, numbered from 0, and what
 * part of them this projection keeps.
 */
export class Sides implements ConnectionSpace {
  readonly preSize: number;
  readonly postSize: number;
  readonly prePopulationSize: number;
  readonly postPopulationSize: number;
  /** First number of this projection's own view on either side, and its size. */
  readonly preFirst: number;
  readonly preCount: number;
  readonly postFirst: number;
  readonly postCount: number;
  private readonly preViews: readonly View[];
  private readonly postViews: readonly View[];
  private readonly populations: readonly Population[];

  constructor(
    populations: readonly Population[],
    { pre, post, assembly }: Pick<Projection, "pre" | "post" | "assembly">,
  ) {
    this.populations = populations;
    this.preViews = assembly?.pre ?? [pre];
    this.postViews = assembly?.post ?? [post];
    const sizes = (views: readonly View[]): number[] => views.map((view) => viewSize(populations, view));
    const preSizes = sizes(this.preViews);
    const postSizes = sizes(this.postViews);
    this.preSize = sum(preSizes);
    this.postSize = sum(postSizes);
    this.prePopulationSize = populations[pre.population]!.size;
    this.postPopulationSize = populations[post.population]!.size;
    this.preFirst = sum(preSizes.slice(0, assembly?.prePart ?? 0));
    this.preCount = preSizes[assembly?.prePart ?? 0]!;
    this.postFirst = sum(postSizes.slice(0, assembly?.postPart ?? 0));
    this.postCount = postSizes[assembly?.postPart ?? 0]!;
  }

  /** Population and neuron of each number of a side, for connectors that ask where cells are. */
  preCells(): Cells {
    return cells(this.populations, this.preViews);
  }

  postCells(): Cells {
    return cells(this.populations, this.postViews);
  }

  /** Neuron of the own pre population for each of the `preCount` numbers, or undefined when they are the same. */
  preNeurons(): readonly number[] | undefined {
    return this.own(this.preViews, this.preFirst);
  }

  postNeurons(): readonly number[] | undefined {
    return this.own(this.postViews, this.postFirst);
  }

  private own(views: readonly View[], first: number): readonly number[] | undefined {
    let at = 0;
    for (const view of views) {
      if (at === first) return view.neurons;
      at += viewSize(this.populations, view);
    }
    return undefined;
  }

  private selfMap: Int32Array | undefined;

  /** Built when first asked for: a connector that allows self-connections never does. */
  readonly selfOf = (pre: number): number => {
    this.selfMap ??= this.makeSelfMap();
    return this.selfMap[pre]!;
  };

  private makeSelfMap(): Int32Array {
    const numbers = new Map<number, Int32Array>();
    const post = this.postCells();
    for (let number = 0; number < this.postSize; number++) {
      const population = post.population[number]!;
      let map = numbers.get(population);
      if (map === undefined) {
        map = new Int32Array(this.populations[population]!.size).fill(-1);
        numbers.set(population, map);
      }
      map[post.neuron[number]!] = number;
    }
    const pre = this.preCells();
    return Int32Array.from({ length: this.preSize }, (_, number) => {
      return numbers.get(pre.population[number]!)?.[pre.neuron[number]!] ?? -1;
    });
  }
}

/** Population and neuron of each number of a side. */
export interface Cells {
  readonly population: Uint32Array;
  readonly neuron: Uint32Array;
}

function cells(populations: readonly Population[], views: readonly View[]): Cells {
  const total = sum(views.map((view) => viewSize(populations, view)));
  const population = new Uint32Array(total);
  const neuron = new Uint32Array(total);
  let at = 0;
  for (const view of views) {
    const size = viewSize(populations, view);
    for (let i = 0; i < size; i++) {
      population[at] = view.population;
      neuron[at] = view.neurons === undefined ? i : view.neurons[i]!;
      at++;
    }
  }
  return { population, neuron };
}

/** Neurons of a view. */
export function viewSize(populations: readonly Population[], view: View): number {
  return view.neurons?.length ?? populations[view.population]!.size;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
