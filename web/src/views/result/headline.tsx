// The figures one looks at first. All of them are the server's: folds of the ledger.

import type { ReactNode } from "react";
import type { Metadata } from "../../api/schema";
import { count, rupees } from "../../format/money";
import { chargesText, counted } from "../../format/texts";
import { dayName } from "../../format/time";
import { Profit } from "../../parts/money";
import styles from "./headline.module.css";

export function Headline({ run }: { run: Metadata }) {
  const overall = run.overall_summary;
  const whole = run.completed_days === run.total_days;
  const flat = overall.traded_days - overall.winning_days - overall.losing_days;
  return (
    <dl className={styles.figures} aria-label="Headline figures">
      <Figure
        name="Profit"
        note={
          whole
            ? "gross, all days"
            : `gross, of ${count(run.completed_days)} of ${counted(run.total_days, "day")}`
        }
      >
        <span data-testid="total-pnl">
          <Profit amount={overall.total_pnl} />
        </span>
      </Figure>
      <Figure name="Net profit" note={`after ${rupees(overall.charges)} of charges`}>
        <span title={chargesText(overall.charge_lines)}>
          <Profit amount={overall.net_pnl} />
        </span>
      </Figure>
      <Figure name="Positions" note={counted(overall.rejected_orders, "order rejected", "orders rejected")}>
        {count(overall.total_positions)}
      </Figure>
      <Figure
        name="Win rate"
        note={`${count(overall.total_winning_trades)} won, ${count(overall.total_losing_trades)} lost, ${count(overall.total_flat_trades)} flat`}
      >
        {overall.win_rate.toFixed(2)} %
      </Figure>
      <Figure
        name="Days traded"
        note={`${overall.winning_days} up, ${overall.losing_days} down${flat > 0 ? `, ${flat} flat` : ""}`}
      >
        {count(overall.traded_days)} <small>of {count(run.total_days)}</small>
      </Figure>
      <Figure name="Best day" note={overall.best_day ? dayName(overall.best_day.date) : "no day traded"}>
        {overall.best_day ? <Profit amount={overall.best_day.pnl} /> : "–"}
      </Figure>
      <Figure name="Worst day" note={overall.worst_day ? dayName(overall.worst_day.date) : "no day traded"}>
        {overall.worst_day ? <Profit amount={overall.worst_day.pnl} /> : "–"}
      </Figure>
      <Figure name="Max drawdown" note="on day closes">
        <Profit amount={overall.max_drawdown} />
      </Figure>
    </dl>
  );
}

function Figure({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <div className={styles.figure}>
      <dt>{name}</dt>
      <dd className={styles.value}>{children}</dd>
      <dd className={styles.note}>{note}</dd>
    </div>
  );
}
