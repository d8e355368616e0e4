// The options of a run, with the names of the command line. What is left as it is, is not sent.

import { useState } from "react";
import type { OptionTexts } from "../../address";
import type { Options } from "../../api/schema";
import styles from "./option-fields.module.css";

interface OptionFieldsProps {
  options: OptionTexts;
  onChange: (options: OptionTexts) => void;
}

const LEVELS = [...Array(10).keys()];

export function OptionFields({ options, onChange }: OptionFieldsProps) {
  const given = Object.keys(options).length;
  const [open, setOpen] = useState(given > 0);
  const field = (name: string) => ({
    id: name,
    name,
    value: options[name] ?? "",
    onChange: (event: { target: { value: string } }) =>
      onChange(withOption(options, name, event.target.value)),
  });
  return (
    <details className="panel" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong>Options</strong>{" "}
        <span className="soft">{given > 0 ? `${given} set` : "fills, slippage, size, charges"}</span>
      </summary>
      <div className={styles.fields}>
        <label htmlFor="scale">Scale</label>
        <input
          {...field("scale")}
          inputMode="decimal"
          placeholder="1"
          pattern="[0-9]{1,5}(\.[0-9]{1,10})?"
          title="a number above 0, at most 10000"
        />
        <small>multiplies every quantity</small>
        <label htmlFor="fill">Fill</label>
        <select {...field("fill")}>
          <option value="">at the last price</option>
          <option value="next">at the next trade</option>
        </select>
        <small>where market orders fill</small>
        <label htmlFor="slippage">Slippage</label>
        <input {...field("slippage")} placeholder="0 points" />
        <small>
          such as <code>0.5 points</code>, <code>2 ticks</code>, <code>0.1 percent</code>
        </small>
        <label htmlFor="stale_slippage">Of old prices</label>
        <input {...field("stale_slippage")} placeholder="0 points" />
        <small>on top of it, for every ten seconds of a price’s age</small>
        <label htmlFor="limit_fill">Limit orders</label>
        <select {...field("limit_fill")}>
          <option value="">fill at their price</option>
          <option value="through">fill beyond it only</option>
        </select>
        <small>where a limit order that rests fills</small>
        <label htmlFor="brokerage">Brokerage</label>
        <input {...field("brokerage")} placeholder="20 per order" />
        <small>
          such as <code>20</code>, <code>10 per lot</code>, <code>0.05 percent max 20</code>
        </small>
        <label htmlFor="terms">Terms</label>
        <select {...field("terms")}>
          <option value="">of each day</option>
          <option value="today">of today, for all days</option>
        </select>
        <small>the rates of taxes and fees</small>
        <label htmlFor="max_price_age_s">Oldest price</label>
        <input {...field("max_price_age_s")} type="number" min={0} max={86400} placeholder="60" />
        <small>seconds that a price may be old</small>
        <label htmlFor="wait_for_trade_s">Wait for a trade</label>
        <input {...field("wait_for_trade_s")} type="number" min={0} max={86400} placeholder="60" />
        <small>seconds before an order is rejected</small>
        <label htmlFor="ttl_hours">Keep for</label>
        <input
          {...field("ttl_hours")}
          inputMode="decimal"
          placeholder="as the server says"
          pattern="[0-9]{1,5}(\.[0-9]{1,6})?"
          title="hours above 0, such as 36 or 0.5"
        />
        <small>hours until the results expire; pinned ones stay</small>
        <label htmlFor="compression_level">Compression</label>
        <select {...field("compression_level")}>
          <option value="">as the server says</option>
          {LEVELS.map((level) => (
            <option key={level} value={String(level)}>
              {level === 1 ? "1, fastest" : level === 9 ? "9, smallest" : level}
            </option>
          ))}
        </select>
        <small>level of gzip of the day files</small>
      </div>
    </details>
  );
}

function withOption(options: OptionTexts, name: string, text: string): OptionTexts {
  const { [name]: _, ...others } = options;
  return text === "" ? others : { ...others, [name]: text };
}

/** The options as a run is asked with them. */
export function optionsOf(texts: OptionTexts): Options {
  const { scale, fill, slippage, stale_slippage: stale, brokerage, terms } = texts;
  const { limit_fill: limit, max_price_age_s: age, wait_for_trade_s: wait } = texts;
  const { compression_level: level, ttl_hours: hours } = texts;
  return {
    ...(scale === undefined ? {} : { scale: scale.trim() }),
    ...(fill === "next" ? { fill } : {}),
    ...(slippage === undefined ? {} : { slippage: slippage.trim() }),
    ...(stale === undefined ? {} : { stale_slippage: stale.trim() }),
    ...(limit === "through" ? { limit_fill: limit } : {}),
    ...(brokerage === undefined ? {} : { brokerage: brokerage.trim() }),
    ...(terms === "today" ? { terms } : {}),
    ...(age === undefined ? {} : { max_price_age_s: Number(age) }),
    ...(wait === undefined ? {} : { wait_for_trade_s: Number(wait) }),
    ...(level === undefined ? {} : { compression_level: Number(level) }),
    ...(hours === undefined ? {} : { ttl_hours: hours.trim() }),
  };
}
