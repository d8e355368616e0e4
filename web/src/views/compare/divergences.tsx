// Where each result first went another way than the base: told in sentences, the conditions with both values, and the
// way to both positions' reasons.

import { addressOfDay, addressOfTrade, addressOfWhy, type DayPlace } from "../../address";
import type { Compared, ComparedLeaf, ComparedResult, Divergence } from "../../api/schema";
import { valueText } from "../../format/texts";
import { clock, clockOfSeconds, dayName } from "../../format/time";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Wide } from "../../parts/wide";
import styles from "./compare.module.css";
import { Mark } from "./mark";

const KINDS: Record<Divergence["kind"], string> = {
  trades: "positions differ",
  prices: "prices differ",
  terms: "nothing but quantities or charges differ",
  reasons: "nothing but reasons differ",
};
const SOURCES: Record<ComparedLeaf["source"], string> = {
  recorded: "recorded",
  reported: "by that day's report of the signal",
  worked_out: "from what the other recorded, on the same data",
  not_known: "not recorded",
};
type Side = "base" | "other";

export function Divergences({ found }: { found: Compared }) {
  const base = found.results[0];
  if (base === undefined) return null;
  return (
    <section className="panel" aria-labelledby="divergences">
      <h2 id="divergences">First divergence from {base.strategy_name}</h2>
      {found.divergences.map(({ result, divergence }, at) => {
        const other = found.results[at + 1];
        return other === undefined ? null : (
          <article key={result} data-divergence={result}>
            <h3 className={at > 0 ? styles.below : undefined}>
              <Mark at={at + 1} /> {other.strategy_name}{" "}
              {divergence === null ? null : <Chip>{KINDS[divergence.kind]}</Chip>}
            </h3>
            {divergence === null ? (
              <p>The same as the base on every day that both have.</p>
            ) : (
              <Found sides={{ base, other }} at={at + 1} found={divergence} />
            )}
          </article>
        );
      })}
    </section>
  );
}

interface FoundProps {
  sides: Record<Side, ComparedResult>;
  at: number;
  found: Divergence;
}

function Found({ sides, at, found }: FoundProps) {
  return (
    <>
      <p>
        <strong>
          {dayName(found.date)}, {clock(found.time)}
        </strong>
        {found.vpi ? `, leg ${found.vpi}` : ""}
        {found.node_id ? `, node ${found.node_id}` : ""}
      </p>
      <ul className={styles.told}>
        {found.told.map((sentence, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a sentence may be there twice
          <li key={place}>{sentence}</li>
        ))}
      </ul>
      <p className={styles.links}>
        <Links side="base" number={0} result={sides.base} found={found} />
        <Links side="other" number={at} result={sides.other} found={found} />
      </p>
      {found.conditions.length > 0 ? <Conditions found={found} at={at} /> : null}
      {found.fields.length > 0 ? <Fields found={found} at={at} /> : null}
    </>
  );
}

function Links({
  side,
  number,
  result,
  found,
}: {
  side: Side;
  number: number;
  result: ComparedResult;
  found: Divergence;
}) {
  const place: DayPlace = { user: result.user_id, strategy: result.strategy_id, date: found.date };
  const { position } = found[side];
  const silent =
    found.acted !== "both" && found.acted !== side && found.condition_set !== null && found.node_id;
  return (
    <>
      <Link to={addressOfDay(place, { at: found.time, selected: position?.trade_id ?? null })}>
        day of {number + 1}
      </Link>
      {position === null ? null : (
        <Link to={addressOfTrade(place, position.trade_id, found.end === "exit" ? "exit" : "entry")}>
          {found.end === "exit" ? "exit" : "entry"} of {position.trade_id} in {number + 1}, with its reasons
        </Link>
      )}
      {silent ? (
        <Link to={addressOfWhy(place, silent)}>
          why not {found.node_id} in {number + 1}
        </Link>
      ) : null}
    </>
  );
}

function Conditions({ found, at }: { found: Divergence; at: number }) {
  const numbers: Record<Side, number> = { base: 0, other: at };
  return (
    <Wide label={`Conditions of results 1 and ${at + 1}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Differs</span>
            </th>
            <th scope="col">Result</th>
            <th scope="col">Condition</th>
            <th scope="col">Held</th>
            <th scope="col">Values</th>
            <th scope="col">Known</th>
          </tr>
        </thead>
        {found.conditions.map((pair, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition is known by its place
          <tbody key={number} data-pair={number} className={pair.differs ? styles.differs : undefined}>
            {(["base", "other"] as const).map((side) => {
              const leaf = pair[side];
              return (
                <tr key={side}>
                  <td>{pair.differs && side === "base" ? <abbr title="differs">≠</abbr> : null}</td>
                  <td>
                    <Mark at={numbers[side]} />
                  </td>
                  {leaf === null ? (
                    <td colSpan={4} className="soft">
                      has no such condition
                    </td>
                  ) : (
                    <Leaf leaf={leaf} />
                  )}
                </tr>
              );
            })}
          </tbody>
        ))}
      </table>
    </Wide>
  );
}

function Leaf({ leaf }: { leaf: ComparedLeaf }) {
  return (
    <>
      <td className="words">{leaf.text}</td>
      <td>{leaf.result === null ? "not known" : leaf.result ? "✓ yes" : "✗ no"}</td>
      <td className="mono">
        {shown(leaf, leaf.lhs_value)} {leaf.operator} {shown(leaf, leaf.rhs_value)}
      </td>
      <td className="soft words">{SOURCES[leaf.source]}</td>
    </>
  );
}

function shown(leaf: ComparedLeaf, value: unknown): string {
  if (value === null) return "not recorded";
  const time = leaf.condition_type === "time" && typeof value === "number" && Number.isInteger(value);
  return time ? clockOfSeconds(value) : valueText(value);
}

function Fields({ found, at }: { found: Divergence; at: number }) {
  return (
    <Wide label={`What differs in results 1 and ${at + 1}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">What differs</th>
            <th scope="col" className="number">
              <Mark at={0} />
            </th>
            <th scope="col" className="number">
              <Mark at={at} />
            </th>
          </tr>
        </thead>
        <tbody>
          {found.fields.map((field) => (
            <tr key={field.name}>
              <th scope="row">{field.name}</th>
              <td className="number">{valueText(field.base)}</td>
              <td className="number">{valueText(field.other)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
