// The graph of a strategy as the builder drew it, each node in sentences, with what is found at it and the path that was
// taken lit.

import {
  Background,
  BaseEdge,
  Controls,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";
import type { Finding, Graph } from "../api/schema";
import { counted, nodeKind } from "../format/texts";
import { useTheme } from "../theme";
import { placed } from "./layout";
import styles from "./strategy-graph.module.css";

interface StrategyGraphProps {
  graph: Graph;
  findings?: readonly Finding[];
  /** The nodes that were passed, in order; the others are dimmed. */
  path?: readonly string[];
  selected?: string | null;
  onSelect?: (node: string) => void;
  label: string;
}

interface CardData extends Record<string, unknown> {
  title: string;
  kind: string;
  sentences: string[];
  errors: number;
  warnings: number;
  lit: boolean;
  dim: boolean;
  chosen: boolean;
  step: string;
}

type CardNode = Node<CardData, "card">;

const NODE_TYPES = { card: Card };
const EDGE_TYPES = { back: BackEdge };
const CARD = { width: 190, height: 120 };
const ROOM = { width: 1000, least: 320, most: 760 };

export default function StrategyGraph({
  graph,
  findings = [],
  path,
  selected = null,
  onSelect,
  label,
}: StrategyGraphProps) {
  const { theme } = useTheme();
  const nodes = useMemo(() => cardsOf(graph, findings, path, selected), [graph, findings, path, selected]);
  const edges = useMemo(() => edgesOf(graph, nodes, path), [graph, nodes, path]);
  const height = useMemo(() => heightOf(nodes), [nodes]);
  return (
    <section className={styles.graph} aria-label={label} style={{ height: `${height}px` }}>
      <ReactFlow<CardNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        colorMode={theme}
        fitView
        fitViewOptions={{ padding: 0.08, maxZoom: 1.1 }}
        minZoom={0.15}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={onSelect !== undefined}
        edgesFocusable={false}
        elementsSelectable={onSelect !== undefined}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        onSelectionChange={({ nodes: chosen }) => {
          const first = chosen[0];
          if (first !== undefined && first.id !== selected) onSelect?.(first.id);
        }}
        proOptions={{ hideAttribution: false }}
        preventScrolling={false}
        zoomOnScroll={false}
        panOnScroll={false}
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

function Card({ data }: NodeProps<CardNode>) {
  const marks = [
    data.errors > 0 ? counted(data.errors, "error") : "",
    data.warnings > 0 ? counted(data.warnings, "warning") : "",
  ].filter((mark) => mark !== "");
  const classes = [
    styles.card,
    styles[data.kind],
    data.lit ? styles.lit : "",
    data.dim ? styles.dim : "",
    data.chosen ? styles.chosen : "",
  ];
  return (
    <div className={classes.join(" ")} data-lit={data.lit}>
      <Handle type="target" position={Position.Top} className={styles.handle ?? ""} isConnectable={false} />
      <div className={styles.kind}>
        {nodeKind(data.kind)}
        {data.step === "" ? null : <span className={styles.step}>{data.step}</span>}
      </div>
      <div className={styles.title}>{data.title}</div>
      <ul className={styles.sentences}>
        {data.sentences.slice(0, 3).map((sentence) => (
          <li key={sentence} title={sentence}>
            {sentence}
          </li>
        ))}
        {data.sentences.length > 3 ? <li>and {data.sentences.length - 3} more</li> : null}
      </ul>
      {marks.length > 0 ? (
        <div className={data.errors > 0 ? styles.errors : styles.warnings}>{marks.join(", ")}</div>
      ) : null}
      <Handle
        type="source"
        position={Position.Bottom}
        className={styles.handle ?? ""}
        isConnectable={false}
      />
    </div>
  );
}

/** An edge that leads up again goes around the cards, on their right. */
function BackEdge({ id, sourceX, sourceY, targetX, targetY, markerEnd }: EdgeProps) {
  const side = Math.max(sourceX, targetX) + CARD.width / 2 + 24;
  const [low, high] = [sourceY + 18, targetY - 22];
  const path = [
    `M${sourceX} ${sourceY}`,
    `Q${sourceX} ${low} ${sourceX + 18} ${low}`,
    `L${side - 18} ${low}`,
    `Q${side} ${low} ${side} ${low - 18}`,
    `L${side} ${high + 18}`,
    `Q${side} ${high} ${side - 18} ${high}`,
    `L${targetX + 18} ${high}`,
    `Q${targetX} ${high} ${targetX} ${targetY}`,
  ].join("");
  return <BaseEdge id={id} path={path} {...(markerEnd ? { markerEnd } : {})} />;
}

function cardsOf(
  graph: Graph,
  findings: readonly Finding[],
  path: readonly string[] | undefined,
  selected: string | null,
): CardNode[] {
  return placed(graph).map(({ node, x, y }) => {
    const found = findings.filter((finding) => finding.node_id === node.id);
    const steps = path?.flatMap((id, at) => (id === node.id ? [at + 1] : [])) ?? [];
    return {
      id: node.id,
      type: "card",
      position: { x, y },
      selected: node.id === selected,
      ariaLabel: `${nodeKind(node.kind)} ${node.label}: ${node.sentences.join("; ")}`,
      data: {
        title: node.label,
        kind: node.kind,
        sentences: node.sentences,
        errors: found.filter((finding) => finding.severity === "error").length,
        warnings: found.filter((finding) => finding.severity === "warning").length,
        lit: steps.length > 0,
        dim: path !== undefined && steps.length === 0,
        chosen: node.id === selected,
        step: steps.join(", "),
      },
    };
  });
}

/** As much room as the graph needs to be read, within what a screen has. */
function heightOf(nodes: readonly CardNode[]): number {
  const tops = nodes.map((node) => node.position.y);
  const lefts = nodes.map((node) => node.position.x);
  const spread = (places: readonly number[]) =>
    places.length === 0 ? 0 : Math.max(...places) - Math.min(...places);
  const [tall, wide] = [spread(tops) + CARD.height, spread(lefts) + CARD.width];
  const shrunk = Math.min(1, ROOM.width / wide);
  return Math.max(ROOM.least, Math.min(ROOM.most, tall * shrunk * 1.2));
}

function edgesOf(graph: Graph, nodes: readonly CardNode[], path: readonly string[] | undefined) {
  const taken = new Set(path?.slice(1).map((id, at) => `${path[at]} ${id}`));
  const tops = new Map(nodes.map((node) => [node.id, node.position.y]));
  return graph.edges.map((edge, at) => {
    const lit = taken.has(`${edge.source} ${edge.target}`);
    const back = (tops.get(edge.target) ?? 0) <= (tops.get(edge.source) ?? 0);
    return {
      id: `${edge.source} ${edge.target} ${at}`,
      source: edge.source,
      target: edge.target,
      type: back ? "back" : "default",
      animated: lit,
      markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18 },
      className: path === undefined ? "" : ((lit ? styles.taken : styles.untaken) ?? ""),
    };
  });
}
