/**
 * A connector whose rows can be made one by one: the row of a pre neuron depends on nothing but the seed, the projection
 * and the neuron. Neurons are numbered within the pre and post side that the connector spans (view or assembly).
 */
export interface RowConnector {
  /** Synapses to expect, for sizing buffers; a fair guess is enough. */
  readonly expectedSynapses: number;
  /** Longest row there can be. */
  readonly longestRow: number;
  /**
   * Writes the post neurons of a row, ascending, to the start of `row` and returns how many there are.
   * Called in ascending order of `pre`, each once.
   *
   * @param row Uint32Array[longestRow]
   */
  fillRow(pre: number, row: Uint32Array): number;
}

/** A connector that gives every post neuron the same number of sources, each column a function of its post neuron. */
export interface ColumnConnector {
  /** Synapses of each post neuron. */
  readonly columnLength: number;
  /**
   * Writes the pre neurons of a column, ascending. Called in ascending order of `post`, each once.
   *
   * @param column Uint32Array[columnLength]
   */
  fillColumn(post: number, column: Uint32Array): void;
}

/** What a connector is made from. */
export interface ConnectionSpace {
  readonly preSize: number;
  readonly postSize: number;
  /** Post index that is the same cell as pre neuron `pre`, or -1. */
  readonly selfOf: (pre: number) => number;
}
