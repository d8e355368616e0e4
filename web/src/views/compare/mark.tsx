// What a result is known by in every table and on the chart: a number, and the colour and the dashes of its line.

import styles from "./compare.module.css";

const DASHES = [undefined, "7 3", "2 3", "9 3 2 3", "14 4"] as const;

/** The class of the colour of a result by its place. */
export function colourOf(at: number): string {
  return styles[`c${at % 10}`] ?? "";
}

/** The dashes of its line. */
export function dashesOf(at: number): string | undefined {
  return DASHES[at % DASHES.length];
}

/** The number of a result, with a piece of its line. */
export function Mark({ at }: { at: number }) {
  return (
    <span className={styles.mark}>
      <svg width="26" height="8" viewBox="0 0 26 8" aria-hidden="true" className={colourOf(at)}>
        <line x1="0" x2="26" y1="4" y2="4" strokeDasharray={dashesOf(at)} />
      </svg>{" "}
      {at + 1}
      <span className="unseen">{at === 0 ? ", the base" : ""}</span>
    </span>
  );
}
