// The options of a run, with the names of the command line. What is left as it is, is not sent.

import type { Options } from "../../api/schema";
import styles from "./option-fields.module.css";

export function OptionFields() {
  return (
    <details className="panel">
      <summary>
        <strong>Options</strong> <span className="soft">fills, slippage, size</span>
      </summary>
      <div className={styles.fields}>
        <label htmlFor="scale">Scale</label>
        <input
          id="scale"
          name="scale"
          inputMode="decimal"
          placeholder="1"
          pattern="[0-9]{1,5}(\.[0-9]{1,10})?"
          title="a number above 0, at most 10000"
        />
        <small>multiplies every quantity</small>
        <label htmlFor="fill">Fill</label>
        <select id="fill" name="fill" defaultValue="">
          <option value="">at the last price</option>
          <option value="next">at the next trade</option>
        </select>
        <small>where market orders fill</small>
        <label htmlFor="slippage">Slippage</label>
        <input id="slippage" name="slippage" placeholder="0 points" />
        <small>
          such as <code>0.5 points</code>, <code>2 ticks</code>, <code>0.1 percent</code>
        </small>
        <label htmlFor="max_price_age_s">Oldest price</label>
        <input
          id="max_price_age_s"
          name="max_price_age_s"
          type="number"
          min={0}
          max={86400}
          placeholder="60"
        />
        <small>seconds that a price may be old</small>
        <label htmlFor="wait_for_trade_s">Wait for a trade</label>
        <input
          id="wait_for_trade_s"
          name="wait_for_trade_s"
          type="number"
          min={0}
          max={86400}
          placeholder="60"
        />
        <small>seconds before an order is rejected</small>
      </div>
    </details>
  );
}

/** The options that were filled in. */
export function readOptions(form: FormData): Options {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const options: Options = {};
  if (text("scale") !== "") options.scale = text("scale");
  if (text("fill") === "next") options.fill = "next";
  if (text("slippage") !== "") options.slippage = text("slippage");
  if (text("max_price_age_s") !== "") options.max_price_age_s = Number(text("max_price_age_s"));
  if (text("wait_for_trade_s") !== "") options.wait_for_trade_s = Number(text("wait_for_trade_s"));
  return options;
}
