// Every point as a row; the header sorts. A point worth keeping becomes a strategy of the shelf.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { addressOf, type SweepPlace } from "../../address";
import { answerOf, api } from "../../api/client";
import type { ParameterUsed, Point } from "../../api/schema";
import { count } from "../../format/money";
import { Link } from "../../navigation";
import { Profit } from "../../parts/money";
import { Sorted, type SortOrder } from "../../parts/sorted";
import { Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import { sortedPoints } from "./sort-points";
import styles from "./sweep-view.module.css";

const SHOWN_AT_FIRST = 100;
const FIGURES: readonly (readonly [string, string])[] = [
  ["net_pnl", "Net"],
  ["total_pnl", "Gross"],
  ["trades", "Trades"],
  ["win_rate", "Won %"],
  ["sharpe", "Sharpe"],
  ["deflated_sharpe", "Deflated"],
  ["max_drawdown", "Drawdown"],
];

interface PointTableProps {
  place: SweepPlace;
  points: readonly Point[];
  parameters: readonly ParameterUsed[];
  chosen: number | null;
}

export function PointTable({ place, points, parameters, chosen }: PointTableProps) {
  const [order, setOrder] = useState<SortOrder<string>>({ by: "rank", down: false });
  const [all, setAll] = useState(false);
  const ordered = useMemo(() => sortedPoints(points, order), [points, order]);
  const first = ordered.slice(0, SHOWN_AT_FIRST);
  const wanted = all || first.some((point) => point.point === chosen) ? null : chosen;
  const beside = ordered.filter((point) => point.point === wanted);
  const shown = all ? ordered : [...beside, ...first];
  const head = (by: string, title: string) => (
    <Sorted key={by} by={by} order={order} onSort={setOrder} number={by !== "rank" && by !== "point"}>
      {title}
    </Sorted>
  );
  return (
    <section className="panel" aria-labelledby="points">
      <h2 id="points">Points</h2>
      <Wide label="Table of points" className={styles.scroll ?? ""}>
        <table>
          <thead>
            <tr>
              {head("rank", "Rank")}
              {head("point", "Point")}
              {parameters.map((each) => head(`value:${each.name}`, each.name))}
              {FIGURES.map(([name, title]) => head(name, title))}
              <th scope="col">Keep</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((point) => (
              <Row
                key={point.point}
                place={place}
                point={point}
                parameters={parameters}
                chosen={point.point === chosen}
              />
            ))}
          </tbody>
        </table>
      </Wide>
      {shown.length < ordered.length ? (
        <p>
          The first {count(first.length)} of {count(ordered.length)} points in this order.{" "}
          <button type="button" onClick={() => setAll(true)}>
            Show all
          </button>
        </p>
      ) : null}
    </section>
  );
}

interface RowProps {
  place: SweepPlace;
  point: Point;
  parameters: readonly ParameterUsed[];
  chosen: boolean;
}

function Row({ place, point, parameters, chosen }: RowProps) {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <tr
      ref={row}
      data-point={point.point}
      className={chosen ? styles.chosen : ""}
      {...(chosen ? { "aria-current": true } : {})}
    >
      <td>{point.rank ?? "–"}</td>
      <td>{point.point}</td>
      {parameters.map((each) => (
        <td key={each.name} className="number">
          {String(point.values[each.name])}
        </td>
      ))}
      <td className="number">
        <Profit amount={point.net_pnl} />
      </td>
      <td className="number">
        <Profit amount={point.total_pnl} />
      </td>
      <td className="number">{count(point.trades)}</td>
      <td className="number">{point.win_rate.toFixed(2)}</td>
      <td className="number">
        <Ratio value={point.sharpe} reason={point.reasons.sharpe} />
      </td>
      <td className="number">
        <Ratio value={point.deflated_sharpe} reason={point.reasons.deflated_sharpe} />
      </td>
      <td className="number">
        <Profit amount={point.max_drawdown} />
      </td>
      <td>
        <Keep place={place} point={point.point} />
        {point.failed_days > 0 ? <span className="soft"> {point.failed_reason}</span> : null}
      </td>
    </tr>
  );
}

function Ratio({ value, reason }: { value: number | null; reason: string | undefined }) {
  return value === null ? <span title={reason}>–</span> : value.toFixed(2);
}

function Keep({ place, point }: { place: SweepPlace; point: number }) {
  const client = useQueryClient();
  const keep = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST("/api/v1/backtest/sweep/{user_id}/{sweep_id}/keep", {
          params: { path: { user_id: place.user, sweep_id: place.sweep } },
          body: { point },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["strategies"] }),
  });
  if (keep.data !== undefined) {
    return (
      <Link to={addressOf({ view: "strategy", user: place.user, strategy: keep.data.strategy_id })}>
        kept
      </Link>
    );
  }
  return (
    <>
      <button
        type="button"
        aria-label={`Keep point ${point}`}
        disabled={keep.isPending}
        onClick={() => keep.mutate()}
      >
        Keep
      </button>
      {keep.error ? <Refused error={keep.error} /> : null}
    </>
  );
}
