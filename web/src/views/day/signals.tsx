// Each signal of the strategy: how often it fired, and the way to why it did not.

import { addressOfWhy, type DayPlace } from "../../address";
import type { Day, Signal } from "../../api/schema";
import { count } from "../../format/money";
import { clock, duration } from "../../format/time";
import { Link } from "../../navigation";
import { Wide } from "../../parts/wide";

export function Signals({ place, day }: { place: DayPlace; day: Day }) {
  return (
    <section className="panel" aria-labelledby="signals">
      <h2 id="signals">Signals: why, and why not</h2>
      <Wide label="Signals">
        <table>
          <thead>
            <tr>
              <th scope="col">Signal</th>
              <th scope="col" className="number">
                Fired
              </th>
              <th scope="col">First, last</th>
              <th scope="col">Armed</th>
              <th scope="col" className="number">
                Near misses
              </th>
              <th scope="col">
                <span className="unseen">More</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {day.signals.map((signal) => (
              <tr key={signal.node_id}>
                <td className="words">
                  {signal.label} <code className="soft">{signal.node_id}</code>
                </td>
                <td className="number">{count(signal.fired_at.length)}</td>
                <td>{firedText(signal)}</td>
                <td>{duration(armedSeconds(signal))}</td>
                <td className="number">{count(signal.near_misses_total)}</td>
                <td>
                  <Link to={addressOfWhy(place, signal.node_id)}>
                    {signal.fired_at.length > 0 ? "why not more" : "why not"}
                    <span className="unseen"> {signal.label}</span>
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function armedSeconds(signal: Signal): number {
  return signal.sets.reduce((seconds, set) => seconds + set.armed_steps, 0);
}

function firedText(signal: Signal): string {
  const [first, last] = [signal.fired_at[0], signal.fired_at.at(-1)];
  if (first === undefined) return "–";
  return first === last ? clock(first) : `${clock(first)}, ${clock(last)}`;
}
