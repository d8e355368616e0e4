// Two to ten results beside each other: what they were run with, their figures, their course over one axis of days, the
// days on which they differ, and for each but the first where it first went another way.

import { useQuery } from "@tanstack/react-query";
import {
  addressOf,
  addressOfComparison,
  addressOfResult,
  FEWEST_COMPARED,
  MOST_COMPARED,
  type RunPlace,
  resultName,
} from "../../address";
import { compareQuery } from "../../api/queries";
import type { Compared, ComparedResult } from "../../api/schema";
import { rupees } from "../../format/money";
import { counted } from "../../format/texts";
import { dayName, moment } from "../../format/time";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Profit } from "../../parts/money";
import { Empty, Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import styles from "./compare.module.css";
import { ComparedFigures } from "./compared-figures";
import { DifferingDays } from "./differing-days";
import { Divergences } from "./divergences";
import { Equity } from "./equity";
import { Mark } from "./mark";

export default function CompareView({ places }: { places: readonly RunPlace[] }) {
  const user = places[0]?.user ?? null;
  const enough = places.length >= FEWEST_COMPARED && places.length <= MOST_COMPARED;
  const { data, error } = useQuery({ ...compareQuery(places), enabled: enough });
  return (
    <>
      <Heading
        title="Compare results"
        trail={[{ to: addressOf({ view: "results", user }), name: "Results" }]}
      />
      {enough ? null : (
        <Empty title={`${counted(places.length, "result")} cannot be compared`}>
          <p>
            Choose {FEWEST_COMPARED} to {MOST_COMPARED} of{" "}
            <Link to={addressOf({ view: "results", user })}>the results</Link>.
          </p>
        </Empty>
      )}
      {error ? <Refused error={error} /> : null}
      {enough && !data && !error ? <Loading what="the comparison" /> : null}
      {data ? <Shown found={data} places={places} /> : null}
    </>
  );
}

function Shown({ found, places }: { found: Compared; places: readonly RunPlace[] }) {
  return (
    <>
      <section className="panel" aria-labelledby="compared">
        <h2 id="compared">Results</h2>
        <Wide label="Table of results">
          <table>
            <thead>
              <tr>
                <th scope="col">Result</th>
                <th scope="col">Days</th>
                <th scope="col" className="number">
                  Gross
                </th>
                <th scope="col" className="number">
                  Charges
                </th>
                <th scope="col" className="number">
                  Net
                </th>
                <th scope="col">Base</th>
              </tr>
            </thead>
            <tbody>
              {found.results.map((each, at) => (
                <tr key={each.result} data-result={each.result}>
                  <th scope="row">
                    <Mark at={at} />{" "}
                    <Link to={addressOfResult({ user: each.user_id, strategy: each.strategy_id })}>
                      {each.strategy_name}
                    </Link>
                    <div className="soft">
                      {each.result}, run {moment(each.created_at)}
                    </div>
                    <Chips result={each} />
                  </th>
                  <td>
                    {dayName(each.start_date)} – {dayName(each.end_date)}: {counted(each.days, "day")}
                  </td>
                  <td className="number">
                    <Profit amount={each.total_pnl} />
                  </td>
                  <td className="number">{rupees(each.charges)}</td>
                  <td className="number">
                    <Profit amount={each.net_pnl} />
                  </td>
                  <td>
                    {at === 0 ? (
                      "the base"
                    ) : (
                      <Link to={addressOfComparison(asBase(places, at))}>make it the base</Link>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
        <h3 className={styles.below}>Settings that differ</h3>
        {found.settings.length === 0 ? (
          <p>None: the same strategy, options, market and range.</p>
        ) : (
          <Settings found={found} />
        )}
      </section>
      <Divergences found={found} />
      <Equity found={found} />
      <DifferingDays found={found} />
      <ComparedFigures found={found} />
    </>
  );
}

function Chips({ result }: { result: ComparedResult }) {
  return (
    <>
      {result.status === "completed" ? null : <Chip>{result.status}</Chip>}
      {result.synthetic ? <Chip tone="warning">synthetic prices</Chip> : null}
      {result.failed_days > 0 ? <Chip tone="loss">{counted(result.failed_days, "failed day")}</Chip> : null}
    </>
  );
}

function Settings({ found }: { found: Compared }) {
  return (
    <Wide label="Table of settings">
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            {found.results.map((each, at) => (
              <th scope="col" key={each.result}>
                <Mark at={at} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.settings.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              {row.values.map((value, at) => (
                <td key={found.results[at]?.result} className="mono" title={value ?? ""}>
                  {value === null ? "–" : value.length > 24 ? `${value.slice(0, 12)}…` : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

/** The same results with another of them first. */
export function asBase(places: readonly RunPlace[], at: number): RunPlace[] {
  const first = places[at];
  return first === undefined
    ? [...places]
    : [first, ...places.filter((each) => resultName(each) !== resultName(first))];
}
