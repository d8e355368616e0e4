// The strategies that can be run, and a place to drop another one.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { addressOf } from "../../address";
import { answerOf, api } from "../../api/client";
import { strategiesQuery } from "../../api/queries";
import type { Findings, ListedStrategy } from "../../api/schema";
import { moment } from "../../format/time";
import { Link, navigate } from "../../navigation";
import { Code, Needed } from "../../needed";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { FindingList } from "./finding-list";
import styles from "./strategies-view.module.css";

const strategyGraph = new Code(() => import("../../graph/strategy-graph"));

interface Dropped {
  name: string;
  text: string;
  found: Findings;
}

export default function StrategiesView() {
  const { user } = useWho();
  const { data, error, isPending } = useQuery(strategiesQuery(user));
  return (
    <>
      <Heading title="Strategies" />
      <Add user={user} />
      {isPending ? <Loading what="strategies" /> : null}
      {error ? <Refused error={error} /> : null}
      {data?.strategies.length === 0 ? <Empty title="There are no strategies yet" /> : null}
      <ul className={styles.list}>
        {data?.strategies.map((each) => (
          <li key={`${each.owner} ${each.strategy_id}`}>
            <Card strategy={each} user={user} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Card({ strategy, user }: { strategy: ListedStrategy; user: string }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      answerOf(
        api.DELETE("/api/v1/strategies/{strategy_id}", {
          params: { path: { strategy_id: strategy.strategy_id }, query: { user_id: user } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["strategies"] }),
  });
  return (
    <article className="panel">
      <h2>
        <Link to={addressOf({ view: "strategy", strategy: strategy.strategy_id })}>
          {strategy.strategy_name}
        </Link>
      </h2>
      <p className={styles.facts}>
        <Chip>{strategy.owner === "shared" ? "shared" : "your own"}</Chip>
        <code>{strategy.strategy_id}</code>
        <span>changed {moment(strategy.modified_at)}</span>
      </p>
      {strategy.problem ? <p role="alert">{strategy.problem}</p> : null}
      <p className={styles.actions}>
        <Link
          className="primary"
          to={addressOf({ view: "run", strategy: strategy.strategy_id, from: null, to: null })}
        >
          Run
        </Link>
        {strategy.owner === "shared" ? null : (
          <button
            type="button"
            className="danger"
            disabled={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Delete
          </button>
        )}
      </p>
      {remove.error ? <Refused error={remove.error} /> : null}
    </article>
  );
}

/** Drop a JSON file, or choose one: it is checked at once, and stored only when it can run. */
function Add({ user }: { user: string }) {
  const client = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const check = useMutation({
    mutationFn: async (file: File): Promise<Dropped> => {
      const text = await file.text();
      return { name: file.name, text, found: await checked(text) };
    },
  });
  const store = useMutation({
    mutationFn: ({ found, text }: Dropped) =>
      answerOf(
        api.PUT("/api/v1/strategies/{strategy_id}", {
          params: { path: { strategy_id: found.strategy_id ?? "" }, query: { user_id: user } },
          body: text as never, // as it is: not made into an object and back
          bodySerializer: (body) => body as unknown as string,
          headers: { "Content-Type": "application/json" },
        }),
      ),
    onSuccess: async (found) => {
      await client.invalidateQueries({ queryKey: ["strategies"] });
      await client.invalidateQueries({ queryKey: ["strategy"] });
      navigate(addressOf({ view: "strategy", strategy: found.strategy_id ?? "" }));
    },
  });
  const dropped = check.data;

  function take(files: FileList | null) {
    const file = files?.[0];
    if (file !== undefined) {
      store.reset();
      check.mutate(file);
    }
  }

  return (
    <section className="panel" aria-label="Add a strategy">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: files are dropped here, and chosen with the button inside */}
      <div
        className={`${styles.drop} ${over ? styles.over : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <p>
          <strong>Drop a strategy here</strong>, the JSON file that the builder exports, or{" "}
          <button type="button" onClick={() => chooser.current?.click()}>
            choose a file
          </button>
        </p>
        <input
          ref={chooser}
          type="file"
          accept="application/json,.json"
          className="unseen"
          tabIndex={-1}
          aria-label="Strategy file"
          onChange={(event) => take(event.target.files)}
        />
      </div>
      {check.isPending ? <Loading what="and checking the file" /> : null}
      {check.error ? <Refused error={check.error} /> : null}
      {dropped ? (
        <div className={styles.checked}>
          <h2>
            {dropped.found.strategy_name ?? dropped.name}{" "}
            {dropped.found.runnable ? <Chip tone="gain">can run</Chip> : <Chip tone="loss">cannot run</Chip>}
          </h2>
          <FindingList findings={dropped.found.findings} />
          {dropped.found.runnable ? (
            <p>
              <button
                type="button"
                className="primary"
                disabled={store.isPending}
                onClick={() => store.mutate(dropped)}
              >
                Add it as your own
              </button>
            </p>
          ) : (
            <p>It is not stored: mend the errors in the builder, export it again and drop it here.</p>
          )}
          {store.error ? <Refused error={store.error} /> : null}
          {dropped.found.graph.nodes.length > 0 ? (
            <Needed
              code={strategyGraph}
              what="the graph"
              props={{
                graph: dropped.found.graph,
                findings: dropped.found.findings,
                label: "The graph of the file",
              }}
            />
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

function checked(text: string): Promise<Findings> {
  return answerOf(
    api.POST("/api/v1/strategies/validate", {
      body: text as never, // as above
      bodySerializer: (body) => body as unknown as string,
      headers: { "Content-Type": "application/json" },
    }),
  );
}
