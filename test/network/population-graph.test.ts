import { describe, expect, it } from "vitest";
import { AllToAllConnector, IF_curr_exp, NetworkBuilder, OneToOneConnector } from "../../src/network/builder/index.ts";
import { populationGraph } from "../../src/network/population-graph.ts";

describe("the population graph", () => {
  it("has a node for each population and an edge for each projection, parallel ones and loops included", () => {
    const net = new NetworkBuilder();
    const a = net.population("a", 3, IF_curr_exp(), { label: "first" });
    const b = net.population("b", 2, IF_curr_exp());
    net
      .projection(a, b, AllToAllConnector())
      .projection(a, b, OneToOneConnector())
      .projection(b, b, AllToAllConnector());
    const graph = populationGraph(net.run(1).build());
    expect(graph.nodes()).toEqual(["a", "b"]);
    expect(graph.getNodeAttributes("a")).toEqual({ index: 0, label: "first", size: 3, cellType: "IF_curr_exp" });
    expect(graph.mapEdges((edge, attributes, from, to) => [edge, from, to, attributes.connector])).toEqual([
      ["a->b", "a", "b", "AllToAll"],
      ["a->b 2", "a", "b", "OneToOne"],
      ["b->b", "b", "b", "AllToAll"],
    ]);
  });
});
