// The strategies that can be run, and a place to drop another one.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addressOf, addressOfRun } from "../../address";
import { answerOf, api } from "../../api/client";
import { strategiesQuery } from "../../api/queries";
import type { ListedStrategy } from "../../api/schema";
import { moment } from "../../format/time";
import { Link } from "../../navigation";
import { AskFirst } from "../../parts/ask-first";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { AddStrategy } from "./add-strategy";
import styles from "./strategies-view.module.css";

const MANY = 8;

export default function StrategiesView({ user: asked }: { user: string | null }) {
  const { user: here } = useWho();
  const user = asked ?? here;
  const { data, error, isPending } = useQuery(strategiesQuery(user));
  const [text, setText] = useState("");
  const strategies = data?.strategies ?? [];
  const own = new Set(strategies.flatMap((each) => (each.owner === "shared" ? [] : [each.strategy_id])));
  const wanted = text.trim().toLowerCase();
  const shown = strategies.filter((each) =>
    `${each.strategy_name} ${each.strategy_id}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <Heading title={user === here ? "Strategies" : `Strategies of ${user}`} />
      <AddStrategy user={user} asked={asked} own={own} />
      {isPending ? <Loading what="strategies" /> : null}
      {error ? <Refused error={error} /> : null}
      {data !== undefined && strategies.length === 0 ? <Empty title="There are no strategies yet" /> : null}
      {strategies.length > MANY ? (
        <p>
          <input
            type="search"
            placeholder="Search"
            aria-label="Search strategies"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </p>
      ) : null}
      {strategies.length > 0 && shown.length === 0 ? (
        <p>No strategy has “{text.trim()}” in its name.</p>
      ) : null}
      <ul className={styles.list}>
        {shown.map((each) => (
          <li key={`${each.owner} ${each.strategy_id}`}>
            <Card
              strategy={each}
              user={user}
              asked={asked}
              hidden={each.owner === "shared" && own.has(each.strategy_id)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

interface CardProps {
  strategy: ListedStrategy;
  user: string;
  asked: string | null;
  /** A shared one that the user's own, of the same id, stands before. */
  hidden: boolean;
}

function Card({ strategy, user, asked, hidden }: CardProps) {
  const client = useQueryClient();
  const { strategy_id: id } = strategy;
  const remove = useMutation({
    mutationFn: () =>
      answerOf(
        api.DELETE("/api/v1/strategies/{strategy_id}", {
          params: { path: { strategy_id: id }, query: { user_id: user } },
        }),
      ),
    onSuccess: async () => {
      client.removeQueries({ queryKey: ["strategy", user, id] });
      await client.invalidateQueries({ queryKey: ["strategies"] });
    },
  });
  return (
    <article className={`panel ${styles.card}`}>
      <h2>
        {hidden ? (
          strategy.strategy_name
        ) : (
          <Link to={addressOf({ view: "strategy", user: asked, strategy: id })}>
            {strategy.strategy_name}
          </Link>
        )}
      </h2>
      <p className={styles.facts}>
        <Chip>{strategy.owner === "shared" ? "shared" : asked === null ? "your own" : `of ${user}`}</Chip>
        <code>{id}</code>
        <span>changed {moment(strategy.modified_at)}</span>
      </p>
      {strategy.problem ? <p role="alert">{strategy.problem}</p> : null}
      {hidden ? (
        <p className="soft">
          Your own strategy of this id stands before it: delete that one to run this again.
        </p>
      ) : (
        <p className={styles.actions}>
          <Link className="primary" to={addressOfRun({ user: asked, strategy: id })}>
            Run
          </Link>
          {strategy.owner === "shared" ? null : (
            <AskFirst
              name="Delete"
              question="Delete this strategy?"
              yes="Delete it"
              no="Keep it"
              doing={remove}
            >
              <p>
                {strategy.strategy_name} is deleted. Results of it stay until they expire, with the strategy
                as it was run.
              </p>
            </AskFirst>
          )}
        </p>
      )}
    </article>
  );
}
