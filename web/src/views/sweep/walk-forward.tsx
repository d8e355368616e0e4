// The best point of some days on the days after them: other windows and objectives are a question away.

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { SweepPlace } from "../../address";
import type { SweepAnswer, WalkedForward } from "../../api/schema";
import { counted } from "../../format/texts";
import { dayName } from "../../format/time";
import { Profit } from "../../parts/money";
import { Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import { ObjectiveChoice } from "./objective-choice";
import { OBJECTIVES, type Objective } from "./objectives";
import { type Windows, walkQuery } from "./queries";
import styles from "./sweep-view.module.css";

export function WalkForward({ place, sweep }: { place: SweepPlace; sweep: SweepAnswer }) {
  const asked = sweep.walk_forward;
  const [typed, setTyped] = useState({
    train: String(asked?.train_days ?? 10),
    test: String(asked?.test_days ?? 5),
    anchored: asked?.anchored ?? false,
  });
  const [objective, setObjective] = useState<Objective>(sweep.objective);
  const [windows, setWindows] = useState<Windows | null>(
    asked === null
      ? null
      : { train: asked.train_days, test: asked.test_days, anchored: asked.anchored === true },
  );
  const look = (event: FormEvent) => {
    event.preventDefault();
    setWindows({ train: Number(typed.train), test: Number(typed.test), anchored: typed.anchored });
  };
  return (
    <section className="panel" aria-labelledby="walk">
      <h2 id="walk">Walk-forward</h2>
      <form className={styles.line} onSubmit={look}>
        <label>
          Train days{" "}
          <input
            type="number"
            min={1}
            max={3660}
            required
            value={typed.train}
            onChange={(event) => setTyped({ ...typed, train: event.target.value })}
          />
        </label>
        <label>
          Test days{" "}
          <input
            type="number"
            min={1}
            max={3660}
            required
            value={typed.test}
            onChange={(event) => setTyped({ ...typed, test: event.target.value })}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={typed.anchored}
            onChange={(event) => setTyped({ ...typed, anchored: event.target.checked })}
          />{" "}
          anchored
        </label>
        <label htmlFor="walk-objective">chosen by</label>
        <ObjectiveChoice id="walk-objective" value={objective} onChange={setObjective} />
        <button type="submit">Look</button>
      </form>
      {windows === null ? null : (
        <Walked place={place} windows={windows} objective={objective} completedDays={sweep.completed_days} />
      )}
    </section>
  );
}

interface WalkedProps {
  place: SweepPlace;
  windows: Windows;
  objective: Objective;
  completedDays: number;
}

function Walked({ place, windows, objective, completedDays }: WalkedProps) {
  const { data, error } = useQuery(walkQuery(place, windows, objective, completedDays));
  if (error) return <Refused error={error} />;
  return data === undefined ? <Loading what="the windows" /> : <Found found={data} />;
}

function Found({ found }: { found: WalkedForward }) {
  const outside = found.out_of_sample;
  return (
    <>
      <p data-testid="out-of-sample">
        Out of sample, {counted(outside.days, "day")}: <Profit amount={outside.net_pnl} /> net, max drawdown{" "}
        <Profit amount={outside.max_drawdown} />, Sharpe ratio{" "}
        {outside.sharpe === null ? `– (${outside.reasons.sharpe})` : outside.sharpe.toFixed(2)}. Chosen by{" "}
        {OBJECTIVES[found.objective].toLowerCase()} on the train days alone.
      </p>
      <Wide label="Windows">
        <table>
          <thead>
            <tr>
              <th scope="col">Train</th>
              <th scope="col" className="number">
                Point
              </th>
              <th scope="col">Chosen</th>
              <th scope="col" className="number">
                Net on train
              </th>
              <th scope="col">Test</th>
              <th scope="col" className="number">
                Net on test
              </th>
            </tr>
          </thead>
          <tbody>
            {found.windows.map((window) => (
              <tr key={window.test.from}>
                <th scope="row">
                  {dayName(window.train.from)} – {dayName(window.train.to)}
                </th>
                <td className="number">{window.point ?? "–"}</td>
                <td>{window.values === null ? window.reason : told(window.values)}</td>
                <td className="number">
                  {window.train_result === null ? "–" : <Profit amount={window.train_result.net_pnl} />}
                </td>
                <td>
                  {dayName(window.test.from)} – {dayName(window.test.to)}
                </td>
                <td className="number">
                  {window.test_result === null ? "–" : <Profit amount={window.test_result.net_pnl} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

function told(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
