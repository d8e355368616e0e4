// A strategy: its graph as it was drawn, each condition as a sentence, what the check found at which node.

import { useState } from "react";
import type { Findings, GraphNode } from "../../api/schema";
import { nodeKind } from "../../format/texts";
import { Code, Needed } from "../../needed";
import styles from "./drawn.module.css";
import { FindingList } from "./finding-list";

const strategyGraph = new Code(() => import("../../graph/strategy-graph"));

export function Drawn({ found }: { found: Findings }) {
  const [selected, setSelected] = useState<string | null>(null);
  const node = found.graph.nodes.find((each) => each.id === selected);
  return (
    <>
      <section className="panel" aria-labelledby="findings">
        <h2 id="findings">What the check found</h2>
        <FindingList findings={found.findings} total={found.findings_total} onNode={setSelected} />
      </section>
      <div className={styles.pair}>
        <Needed
          code={strategyGraph}
          what="the graph"
          props={{
            graph: found.graph,
            findings: found.findings,
            selected,
            onSelect: setSelected,
            label: "The graph of the strategy",
          }}
        />
        <aside className="panel" aria-live="polite" aria-label="The selected node">
          {node === undefined ? (
            <p className="soft">Select a node to read all of it.</p>
          ) : (
            <NodeText node={node} found={found} />
          )}
        </aside>
      </div>
      <section className="panel" aria-labelledby="sentences">
        <h2 id="sentences">In sentences</h2>
        <div className={styles.nodes}>
          {found.graph.nodes.map((each) => (
            <NodeText key={each.id} node={each} found={found} />
          ))}
        </div>
      </section>
    </>
  );
}

function NodeText({ node, found }: { node: GraphNode; found: Findings }) {
  const here = found.findings.filter((finding) => finding.node_id === node.id);
  return (
    <article data-node={node.id}>
      <h3>
        {nodeKind(node.kind)}: {node.label} <code className="soft">{node.id}</code>
      </h3>
      <ul className={styles.sentences}>
        {node.sentences.map((sentence, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences may repeat, and do not move
          <li key={at}>{sentence}</li>
        ))}
      </ul>
      {here.length > 0 ? <FindingList findings={here} total={here.length} /> : null}
    </article>
  );
}
