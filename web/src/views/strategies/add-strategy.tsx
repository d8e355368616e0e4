// A place to drop a strategy: it is checked at once, and stored only when it can run.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { addressOf } from "../../address";
import { answerOf, api } from "../../api/client";
import type { Findings } from "../../api/schema";
import { navigate } from "../../navigation";
import { Code, Needed } from "../../needed";
import { Chip } from "../../parts/chip";
import { Loading, Refused } from "../../parts/states";
import { FindingList } from "./finding-list";
import styles from "./strategies-view.module.css";

const strategyGraph = new Code(() => import("../../graph/strategy-graph"));

interface Dropped {
  name: string;
  text: string;
  found: Findings;
}

interface AddProps {
  user: string;
  asked: string | null;
  /** The ids of the strategies that the user has: to add one of these replaces it. */
  own: ReadonlySet<string>;
}

export function AddStrategy({ user, asked, own }: AddProps) {
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
      navigate(addressOf({ view: "strategy", user: asked, strategy: found.strategy_id ?? "" }));
    },
  });
  const dropped = check.data;
  const replaces = dropped?.found.strategy_id && own.has(dropped.found.strategy_id);

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
          onChange={(event) => {
            take(event.target.files);
            event.target.value = ""; // the same file, mended, can be chosen again
          }}
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
          <FindingList findings={dropped.found.findings} total={dropped.found.findings_total} />
          {dropped.found.runnable ? (
            <p>
              {replaces ? (
                <>
                  You have a strategy <code>{dropped.found.strategy_id}</code>: it would be replaced.{" "}
                </>
              ) : null}
              <button
                type="button"
                className={replaces ? "danger" : "primary"}
                disabled={store.isPending}
                onClick={() => store.mutate(dropped)}
              >
                {replaces ? "Replace it" : "Add it as your own"}
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
