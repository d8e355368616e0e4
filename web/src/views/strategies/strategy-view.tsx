// A strategy: its graph as it was drawn, each condition as a sentence, what the check found at which node.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { addressOf } from "../../address";
import { graphQuery } from "../../api/queries";
import type { Findings, GraphNode } from "../../api/schema";
import { counted, nodeKind } from "../../format/texts";
import { Link } from "../../navigation";
import { Code, Needed } from "../../needed";
import { Chip } from "../../parts/chip";
import { Download } from "../../parts/download";
import { Heading } from "../../parts/heading";
import { Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { FindingList } from "./finding-list";
import styles from "./strategy-view.module.css";

const strategyGraph = new Code(() => import("../../graph/strategy-graph"));

export default function StrategyView({ strategy }: { strategy: string }) {
  const { user } = useWho();
  const { data, error, isPending } = useQuery(graphQuery(user, strategy));
  if (isPending) return <Loading what="the strategy" />;
  if (data === undefined) {
    return (
      <>
        <Heading title={strategy} trail={[{ to: "/strategies", name: "Strategies" }]} />
        <Refused error={error} />
      </>
    );
  }
  return (
    <>
      <Heading
        title={data.strategy_name ?? strategy}
        trail={[{ to: "/strategies", name: "Strategies" }]}
        beside={data.runnable ? <Chip tone="gain">can run</Chip> : <Chip tone="loss">cannot run</Chip>}
        below={
          data.summary ? (
            <p className="soft">
              Trades {data.summary.underlying}
              {data.summary.supporting ? `, looks at ${data.summary.supporting}` : ""}.{" "}
              {counted(data.summary.nodes, "node")}.
            </p>
          ) : null
        }
      >
        <Download
          path={`/api/v1/strategies/${strategy}?user_id=${encodeURIComponent(user)}`}
          name={`${strategy}.json`}
        >
          Download
        </Download>
        {data.runnable ? (
          <Link className="primary" to={addressOf({ view: "run", strategy, from: null, to: null })}>
            Run
          </Link>
        ) : null}
      </Heading>
      <Drawn found={data} />
    </>
  );
}

function Drawn({ found }: { found: Findings }) {
  const [selected, setSelected] = useState<string | null>(null);
  const node = found.graph.nodes.find((each) => each.id === selected);
  return (
    <>
      <section className="panel" aria-labelledby="findings">
        <h2 id="findings">What the check found</h2>
        <FindingList findings={found.findings} onNode={setSelected} />
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
        {node.sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {here.length > 0 ? <FindingList findings={here} /> : null}
    </article>
  );
}
