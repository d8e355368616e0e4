// What the market and the strategy looked like then: candles with their indicators, variables, last prices.

import type { Candle, Candles, CompletedCandle, Seen } from "../api/schema";
import { price } from "../format/money";
import { contractName, valueText } from "../format/texts";
import { clock, dayName, duration } from "../format/time";
import { Wide } from "../parts/wide";
import styles from "./seen.module.css";

export function SeenThen({ seen, day }: { seen: Seen; day: string }) {
  return (
    <>
      {Object.entries(seen.candle_data).map(([symbol, candles]) => (
        <CandleTable key={symbol} symbol={symbol} day={day} timeframes={Object.values(candles.timeframes)} />
      ))}
      <div className={styles.pair}>
        <VariableTable seen={seen} />
        <PriceTable seen={seen} />
      </div>
    </>
  );
}

interface CandleTableProps {
  symbol: string;
  day: string;
  timeframes: readonly Candles[];
}

function CandleTable({ symbol, day, timeframes }: CandleTableProps) {
  return (
    <section className={styles.candles}>
      <h3>Candles of {symbol}</h3>
      <Wide label={`Candles of ${symbol}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Candle</th>
              <th scope="col">Begins</th>
              <th scope="col" className="number">
                Open
              </th>
              <th scope="col" className="number">
                High
              </th>
              <th scope="col" className="number">
                Low
              </th>
              <th scope="col" className="number">
                Close
              </th>
              <th scope="col">Indicators</th>
            </tr>
          </thead>
          <tbody>
            {timeframes.flatMap((each) => [
              <CandleRow
                key={`${each.timeframe} current`}
                name={`${each.timeframe} current, as far as it had formed`}
                candle={each.current}
                day={day}
              />,
              <CandleRow
                key={`${each.timeframe} previous`}
                name={`${each.timeframe} previous`}
                candle={each.previous}
                day={day}
              />,
            ])}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

interface CandleRowProps {
  name: string;
  candle: Candle | CompletedCandle | null;
  /** The day it is looked at: a candle of another day says so. */
  day: string;
}

function CandleRow({ name, candle, day }: CandleRowProps) {
  if (candle === null) {
    return (
      <tr>
        <td>{name}</td>
        <td colSpan={6} className="soft">
          none yet
        </td>
      </tr>
    );
  }
  const indicators = "indicators" in candle ? Object.entries(candle.indicators) : [];
  return (
    <tr>
      <td>{name}</td>
      <td>
        {candle.timestamp.slice(0, 10) === day ? "" : `${dayName(candle.timestamp.slice(0, 10))}, `}
        {clock(candle.timestamp)}
      </td>
      <td className="number">{price(candle.open)}</td>
      <td className="number">{price(candle.high)}</td>
      <td className="number">{price(candle.low)}</td>
      <td className="number">{price(candle.close)}</td>
      <td>
        {indicators.map(([indicator, value]) => (
          <div key={indicator}>
            {indicator} <strong>{value === null ? "no value yet" : valueText(value)}</strong>
          </div>
        ))}
      </td>
    </tr>
  );
}

function VariableTable({ seen }: { seen: Seen }) {
  const rows = Object.entries(seen.node_variables).flatMap(([node, variables]) =>
    Object.entries(variables).map(([name, value]) => ({ node, name, value })),
  );
  return (
    <section>
      <h3>Variables</h3>
      {rows.length === 0 ? (
        <p className="soft">None had been set.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Set by</th>
              <th scope="col">Name</th>
              <th scope="col" className="number">
                Value
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.node} ${row.name}`}>
                <td>{row.node}</td>
                <td>{row.name}</td>
                <td className="number">{valueText(row.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function PriceTable({ seen }: { seen: Seen }) {
  return (
    <section>
      <h3>Last prices</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Of</th>
            <th scope="col" className="number">
              Price
            </th>
            <th scope="col" className="number">
              Age
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(seen.last_prices).map(([symbol, last]) => (
            <tr key={symbol}>
              <td>{contractName(symbol)}</td>
              <td className="number">{price(last.price)}</td>
              <td className="number">{duration(last.age_s)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
