// Where nodes stand: where the document puts them, else in rows by how far they are from the start.

import type { Graph, GraphNode } from "../api/schema";

export interface Placed {
  node: GraphNode;
  x: number;
  y: number;
}

const ROW = 220;
const COLUMN = 260;

export function placed(graph: Graph): Placed[] {
  const stored = graph.nodes.every((node) => node.x !== null && node.y !== null);
  if (stored) return graph.nodes.map((node) => ({ node, x: node.x ?? 0, y: node.y ?? 0 }));
  const depths = depthsOf(graph);
  const rows = new Map<number, number>();
  return graph.nodes.map((node) => {
    const depth = depths.get(node.id) ?? 0;
    const column = rows.get(depth) ?? 0;
    rows.set(depth, column + 1);
    return { node, x: column * COLUMN, y: depth * ROW };
  });
}

/** How many edges lead from a start to each node at the least; what nothing leads to is beside the start. */
function depthsOf(graph: Graph): Map<string, number> {
  const depths = new Map<string, number>();
  let front = graph.nodes.filter((node) => node.kind === "start").map((node) => node.id);
  for (let depth = 0; front.length > 0; depth += 1) {
    const fresh = front.filter((id) => !depths.has(id));
    for (const id of fresh) depths.set(id, depth);
    front = graph.edges.filter((edge) => fresh.includes(edge.source)).map((edge) => edge.target);
  }
  return depths;
}
