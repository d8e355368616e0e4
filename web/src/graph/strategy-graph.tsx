// The graph of a strategy as the builder drew it, each node in sentences, with what is found at it and the path that was
// taken lit.

import { Background, Controls, Handle, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
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
  const edges = useMemo(() => edgesOf(graph, path), [graph, path]);
  return (
    <section className={styles.graph} aria-label={label}>
      <ReactFlow<CardNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
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

function edgesOf(graph: Graph, path: readonly string[] | undefined) {
  const taken = new Set(path?.slice(1).map((id, at) => `${path[at]} ${id}`));
  return graph.edges.map((edge, at) => {
    const lit = taken.has(`${edge.source} ${edge.target}`);
    return {
      id: `${edge.source} ${edge.target} ${at}`,
      source: edge.source,
      target: edge.target,
      animated: lit,
      className: path === undefined ? "" : ((lit ? styles.taken : styles.untaken) ?? ""),
    };
  });
}
