// Net profit by two parameters, chosen from those that were swept: a table whose cells have their numbers, a colour
// beside them, and lead to their point.

import { useState } from "react";
import type { ParameterUsed, Point } from "../../api/schema";
import { profit, shortProfit } from "../../format/money";
import { Wide } from "../../parts/wide";
import { type Cell, cellsOf } from "./heat";
import styles from "./sweep-view.module.css";

interface HeatMapProps {
  points: readonly Point[];
  parameters: readonly ParameterUsed[];
  chosen: number | null;
  onChoose: (point: number) => void;
}

export function HeatMap({ points, parameters, chosen, onChoose }: HeatMapProps) {
  const [names, setNames] = useState<[string, string]>([
    parameters[0]?.name ?? "",
    parameters[1]?.name ?? "",
  ]);
  const [across, down] = names.map((name) => parameters.find((each) => each.name === name));
  if (across === undefined || down === undefined) return null;
  const rows = cellsOf(points, across, down);
  const choose = (at: 0 | 1, name: string) => {
    const [x, y] = names;
    if (at === 0) setNames([name, name === y ? x : y]);
    else setNames([name === x ? y : x, name]);
  };
  return (
    <section className="panel" aria-labelledby="heat">
      <h2 id="heat">Heat map</h2>
      <p className={styles.line}>
        <label htmlFor="across">Across</label>
        <Axis id="across" parameters={parameters} value={across.name} onChange={(name) => choose(0, name)} />
        <label htmlFor="down">Down</label>
        <Axis id="down" parameters={parameters} value={down.name} onChange={(name) => choose(1, name)} />
        <span className="soft">
          Net profit{parameters.length > 2 ? " of the best point of each cell" : ""}; a cell shows its point
          in the table
        </span>
      </p>
      <Wide label="Net profit by two parameters">
        <table className={styles.heat}>
          <caption>
            Net profit by {across.name} (across) and {down.name} (down)
          </caption>
          <thead>
            <tr>
              <th scope="col">
                {down.name} \ {across.name}
              </th>
              {across.values.map((value) => (
                <th scope="col" key={String(value)} className="number">
                  {String(value)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {down.values.map((value, row) => (
              <tr key={String(value)}>
                <th scope="row" className="number">
                  {String(value)}
                </th>
                {across.values.map((column, at) => (
                  <td key={String(column)}>
                    <HeatCell cell={rows[row]?.[at] ?? null} chosen={chosen} onChoose={onChoose} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

interface AxisProps {
  id: string;
  parameters: readonly ParameterUsed[];
  value: string;
  onChange: (name: string) => void;
}

function Axis({ id, parameters, value, onChange }: AxisProps) {
  return (
    <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
      {parameters.map((each) => (
        <option key={each.name} value={each.name}>
          {each.name}
        </option>
      ))}
    </select>
  );
}

interface HeatCellProps {
  cell: Cell | null;
  chosen: number | null;
  onChoose: (point: number) => void;
}

function HeatCell({ cell, chosen, onChoose }: HeatCellProps) {
  if (cell === null) return <span className="soft">–</span>;
  const { point, strength } = cell;
  const fill = strength >= 0 ? "--gain-fill" : "--loss-fill";
  return (
    <button
      type="button"
      className={styles.cell}
      aria-pressed={chosen === point.point}
      aria-label={`Point ${point.point}: ${profit(point.net_pnl)}, rank ${point.rank}`}
      style={{ backgroundColor: `rgb(var(${fill}) / ${(Math.abs(strength) * 0.38).toFixed(3)})` }}
      onClick={() => onChoose(point.point)}
    >
      {shortProfit(point.net_pnl)}
    </button>
  );
}
