// The chart of a day: which candles, which indicators, and the option of the selected position below them.

import { useQuery } from "@tanstack/react-query";
import { addressOf, addressOfTrade, type DayAsked } from "../../address";
import { chartQuery } from "../../api/queries";
import type { Day, Position } from "../../api/schema";
import { contractName } from "../../format/texts";
import { clock } from "../../format/time";
import { Link, navigate } from "../../navigation";
import { Profit } from "../../parts/money";
import { Loading, Refused } from "../../parts/states";
import styles from "./chart-panel.module.css";
import { PriceChart } from "./price-chart";

interface ChartPanelProps {
  view: DayAsked;
  day: Day;
  selected: Position | null;
  onSelect: (trade: string | null) => void;
}

export function ChartPanel({ view, day, selected, onSelect }: ChartPanelProps) {
  const { data: chart, error } = useQuery(chartQuery(view, view.timeframe, view.symbol));
  const option = useQuery({
    ...chartQuery(view, chart?.timeframe ?? null, selected?.symbol ?? ""),
    enabled: selected !== null && chart !== undefined,
  });
  const optionChart = selected !== null && option.data?.symbol === selected.symbol ? option.data : null;
  const symbols = Object.keys(day.closing.candle_data);
  const show = (more: Partial<DayAsked>) => navigate(addressOf({ ...view, ...more }), { replace: true });
  return (
    <section className="panel" aria-labelledby="chart">
      <div className={styles.head}>
        <h2 id="chart">{chart?.symbol ?? view.symbol ?? day.underlying}</h2>
        {symbols.length > 1 ? (
          <label>
            <span className="unseen">Chart of</span>
            <select
              value={view.symbol ?? day.underlying}
              onChange={(event) =>
                show({
                  symbol: event.target.value === day.underlying ? null : event.target.value,
                  timeframe: null,
                })
              }
            >
              {symbols.map((symbol) => (
                <option key={symbol} value={symbol}>
                  {contractName(symbol)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {chart ? (
          <label>
            <span className="unseen">Candles of</span>
            <select value={chart.timeframe} onChange={(event) => show({ timeframe: event.target.value })}>
              {chart.timeframes.map((timeframe) => (
                <option key={timeframe}>{timeframe}</option>
              ))}
            </select>
          </label>
        ) : null}
        {selected ? (
          <p className={styles.selected}>
            {selected.side} {contractName(selected.symbol)} {clock(selected.entry_time)}–
            {clock(selected.exit_time)} <Profit amount={selected.pnl} />{" "}
            <Link to={addressOfTrade(view, selected.trade_id)}>why</Link>{" "}
            <button type="button" className="plain" onClick={() => onSelect(null)}>
              deselect
            </button>
          </p>
        ) : (
          <p className={styles.selected}>
            {day.positions.length > 0
              ? "Select a position, in the table or on the chart, to see its option’s price."
              : ""}
          </p>
        )}
      </div>
      {error ? (
        <Refused error={error}>
          {view.timeframe !== null || view.symbol !== null ? (
            <p>
              <button type="button" onClick={() => show({ timeframe: null, symbol: null })}>
                Show the usual candles
              </button>
            </p>
          ) : null}
        </Refused>
      ) : null}
      {option.error && selected ? <Refused error={option.error} /> : null}
      {chart ? (
        <PriceChart
          chart={chart}
          option={optionChart}
          positions={day.positions}
          traded={chart.symbol === day.underlying}
          selected={selected?.trade_id ?? null}
          at={view.at}
          onSelect={onSelect}
        />
      ) : error ? null : (
        <Loading what="the chart" />
      )}
      <p className={styles.notes}>
        ▲ bought, ▼ sold, ■ closed; a line joins entry and exit, green for a profit and red for a loss.{" "}
        <a href="https://www.tradingview.com/lightweight-charts/" rel="noreferrer">
          Charts by TradingView Lightweight Charts™
        </a>
      </p>
    </section>
  );
}
