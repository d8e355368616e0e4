// The first day and the last of a run, within the days there are.

import { Fragment } from "react";

interface Range {
  from: string;
  to: string;
}

interface DateRangeProps {
  /** The days there are, from the first to the last. */
  within: { first: string; last: string };
  range: Range;
  onChange: (range: Range) => void;
}

export function DateRange({ within, range, onChange }: DateRangeProps) {
  return (["from", "to"] as const).map((end) => (
    <Fragment key={end}>
      <label htmlFor={end}>{end === "from" ? "From" : "to"}</label>
      <input
        id={end}
        type="date"
        required
        min={within.first}
        max={within.last}
        value={range[end]}
        onChange={(event) => onChange({ ...range, [end]: event.target.value })}
      />
    </Fragment>
  ));
}
