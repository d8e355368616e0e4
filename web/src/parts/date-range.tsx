// The first day and the last of a run, within the days there are.

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
  return (
    <>
      <label htmlFor="from">From</label>
      <input
        id="from"
        type="date"
        required
        min={within.first}
        max={within.last}
        value={range.from}
        onChange={(event) => onChange({ ...range, from: event.target.value })}
      />
      <label htmlFor="to">to</label>
      <input
        id="to"
        type="date"
        required
        min={within.first}
        max={within.last}
        value={range.to}
        onChange={(event) => onChange({ ...range, to: event.target.value })}
      />
    </>
  );
}
