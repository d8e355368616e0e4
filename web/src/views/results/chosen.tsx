// Results that are chosen to be compared, in the order in which they were chosen: the first is the base.

import { addressOfComparison, FEWEST_COMPARED, MOST_COMPARED } from "../../address";
import { Link } from "../../navigation";
import styles from "./results-view.module.css";

interface ChosenProps {
  user: string;
  chosen: readonly string[];
  onNone: () => void;
}

/** How many are chosen, and the way to their comparison. */
export function Chosen({ user, chosen, onNone }: ChosenProps) {
  const places = chosen.map((strategy) => ({ user, strategy }));
  return (
    <p className={styles.choice} role="status" data-testid="chosen">
      {chosen.length < FEWEST_COMPARED ? (
        <span className="soft">
          {chosen.length === 0
            ? `Tick ${FEWEST_COMPARED} to ${MOST_COMPARED} results to compare them.`
            : "Tick one more to compare them."}
        </span>
      ) : (
        <Link to={addressOfComparison(places)} className="primary">
          Compare {chosen.length} results
        </Link>
      )}
      {chosen.length > 0 ? (
        <button type="button" className="plain" onClick={onNone}>
          Choose none
        </button>
      ) : null}
    </p>
  );
}

interface PickProps {
  name: string;
  /** Its place among those chosen, -1 where it is not. */
  at: number;
  /** No more can be chosen. */
  full: boolean;
  onPick: (on: boolean) => void;
}

/** The box of a result. */
export function Pick({ name, at, full, onPick }: PickProps) {
  return (
    <p className={styles.pick}>
      <label>
        <input
          type="checkbox"
          checked={at >= 0}
          disabled={at < 0 && full}
          onChange={(event) => onPick(event.target.checked)}
        />{" "}
        Compare<span className="unseen"> {name}</span>
      </label>{" "}
      <span className="soft">
        {at === 0 ? "the base" : at > 0 ? `number ${at + 1}` : full ? `at most ${MOST_COMPARED}` : ""}
      </span>
    </p>
  );
}
