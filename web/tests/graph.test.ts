import { describe, expect, it } from "vitest";
import type { Graph, GraphNode } from "../src/api/schema";
import { placed } from "../src/graph/layout";

function makeNode(id: string, kind: GraphNode["kind"], x: number | null = null): GraphNode {
  return { id, type: kind, kind, label: id, x, y: x, sentences: [] };
}

describe("places of nodes", () => {
  it("are the document's where it has all of them", () => {
    const graph: Graph = { nodes: [makeNode("a", "start", 5), makeNode("b", "entry", 7)], edges: [] };
    expect(placed(graph).map(({ x, y }) => [x, y])).toEqual([
      [5, 5],
      [7, 7],
    ]);
  });

  it("are rows by the way from the start where one is missing, also in a cycle", () => {
    const graph: Graph = {
      nodes: [
        makeNode("a", "start", 5),
        makeNode("b", "entry_signal"),
        makeNode("c", "entry"),
        makeNode("d", "exit"),
      ],
      edges: [
        { source: "a", target: "b" },
        { source: "b", target: "c" },
        { source: "c", target: "b" },
      ],
    };
    const rows = placed(graph).map(({ x, y }) => [x, y]);
    expect(rows[0]?.[1]).toBeLessThan(rows[1]?.[1] ?? 0);
    expect(rows[1]?.[1]).toBeLessThan(rows[2]?.[1] ?? 0);
    expect(rows[3]).not.toEqual(rows[0]);
    expect(new Set(rows.map(String)).size).toBe(4);
  });
});
