// The statistics of every result, side by side: each result's own, as its view shows them.

import { useState } from "react";
import type { Compared } from "../../api/schema";
import { Wide } from "../../parts/wide";
import { StatisticValue } from "../result/statistics";
import styles from "./compare.module.css";
import { Mark } from "./mark";

export function ComparedFigures({ found }: { found: Compared }) {
  const [all, setAll] = useState(true);
  const rows = found.statistics.filter((row) => all || row.differs);
  return (
    <section className="panel" aria-labelledby="figures">
      <h2 id="figures">Statistics</h2>
      <p>
        <label>
          <input type="checkbox" checked={!all} onChange={(event) => setAll(!event.target.checked)} /> Only
          what differs
        </label>{" "}
        <span className="soft">on net profit; what differs is marked ≠</span>
      </p>
      <Wide label="Table of statistics" className={styles.figures ?? ""}>
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">
                <span className="unseen">Differs</span>
              </th>
              {found.results.map((each, at) => (
                <th key={each.result} scope="col" className="number">
                  <Mark at={at} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={row.name}
                data-statistic={row.name}
                data-differs={row.differs}
                className={row.differs ? styles.differs : undefined}
              >
                <th scope="row" title={row.definition}>
                  {row.title}
                </th>
                <td>{row.differs ? <abbr title="differs">≠</abbr> : null}</td>
                {row.values.map((value, at) => (
                  <td key={found.results[at]?.result} className="number" title={row.reasons[at] ?? undefined}>
                    <StatisticValue unit={row.unit} value={value} />
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
