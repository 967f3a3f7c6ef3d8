import type { TrafficGraph } from "./traffic-graph.ts";

/**
 * Lengths of the shortest paths between all nodes (Dijkstra). An edge as heavy as the heaviest of both its ends has
 * length 1; lighter ones are longer, by the fourth root: parts of a network that touch at a corner only are neighbours
 * still.
 *
 * Time O(nodes × edges × log edges).
 *
 * @returns Float32Array[nodes * nodes], Infinity where there is no path
 */
export function shortestPaths(graph: TrafficGraph): Float32Array {
  const { nodeCount, start, neighbour } = graph;
  const length = edgeLengths(graph);
  const paths = new Float32Array(nodeCount * nodeCount).fill(Infinity);
  // A binary heap of (path, node); outdated ones are skipped when they come up.
  const heapNode = new Int32Array(neighbour.length + 1);
  const heapPath = new Float32Array(neighbour.length + 1);
  for (let source = 0; source < nodeCount; source++) {
    const path = paths.subarray(source * nodeCount, (source + 1) * nodeCount);
    path[source] = 0;
    heapNode[0] = source;
    heapPath[0] = 0;
    let size = 1;
    while (size > 0) {
      const node: number = heapNode[0]!;
      const reached = heapPath[0]!;
      size--;
      sink(heapNode[size]!, heapPath[size]!, size);
      if (reached > path[node]!) continue;
      for (let at: number = start[node]!; at < start[node + 1]!; at++) {
        const next = neighbour[at]!;
        const longer = Math.fround(reached + length[at]!);
        if (longer >= path[next]!) continue;
        path[next] = longer;
        rise(next, longer, size++);
      }
    }
  }
  return paths;

  function sink(node: number, path: number, size: number): void {
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && heapPath[child + 1]! < heapPath[child]!) child++;
      if (heapPath[child]! >= path) break;
      heapNode[hole] = heapNode[child]!;
      heapPath[hole] = heapPath[child]!;
      hole = child;
    }
    heapNode[hole] = node;
    heapPath[hole] = path;
  }
  function rise(node: number, path: number, from: number): void {
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (heapPath[parent]! <= path) break;
      heapNode[hole] = heapNode[parent]!;
      heapPath[hole] = heapPath[parent]!;
      hole = parent;
    }
    heapNode[hole] = node;
    heapPath[hole] = path;
  }
}

function edgeLengths({ nodeCount, start, neighbour, weight }: TrafficGraph): Float32Array {
  const heaviest = new Float32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    for (let at = start[node]!; at < start[node + 1]!; at++) heaviest[node] = Math.max(heaviest[node]!, weight[at]!);
  }
  const length = new Float32Array(neighbour.length);
  for (let node = 0; node < nodeCount; node++) {
    for (let at = start[node]!; at < start[node + 1]!; at++) {
      const share = (weight[at]! * weight[at]!) / (heaviest[node]! * heaviest[neighbour[at]!]!);
      length[at] = 1 / Math.sqrt(Math.sqrt(Math.sqrt(share)));
    }
  }
  return length;
}
