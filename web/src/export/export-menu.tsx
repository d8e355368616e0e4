// A run, or a day of it, as a file for other programs, or as a report: which format, which days, which trades.

import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useRef, useState } from "react";
import type { RunPlace } from "../address";
import { ask, Refusal } from "../api/client";
import { count } from "../format/money";
import { keep } from "../parts/download";
import { Refused } from "../parts/states";
import { askedOf, type Choices, type Days, everything, FORMATS, fileNameOf, hasOneTable } from "./asked";
import styles from "./export-menu.module.css";

/** Names that are offered where they are known. */
export interface Known {
  leg: readonly string[];
  symbol: readonly string[];
  exit_reason: readonly string[];
  exit_node: readonly string[];
}

interface ExportMenuProps {
  place: RunPlace;
  days: Days;
  /** Whether the days are those of the whole run, to choose among; else it is the one day. */
  whole: boolean;
  known?: Known;
}

const TEXTS = {
  leg: "Leg",
  symbol: "Contract",
  exit_reason: "Closed because",
  exit_node: "Closed by node",
} as const;

export function ExportMenu({ place, days, whole, known }: ExportMenuProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen, choose] = useState<Choices>(() => everything(days));
  const set = (change: Partial<Choices>) => choose((before) => ({ ...before, ...change }));
  const made = useMutation({
    mutationFn: () => fetched(place, askedOf(whole ? chosen : { ...chosen, ...days }, days, whole)),
  });
  return (
    <>
      <button
        type="button"
        onClick={() => {
          made.reset();
          choose((before) => ({ ...before, ...days }));
          dialog.current?.showModal();
        }}
      >
        Export
      </button>
      <dialog
        ref={dialog}
        className={styles.dialog}
        aria-label={whole ? "Export this run" : "Export this day"}
      >
        <h2>{whole ? "Export this run" : "Export this day"}</h2>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            made.mutate();
          }}
        >
          <Choice name="Format">
            {(id) => (
              <select
                id={id}
                value={chosen.format}
                onChange={(event) => set({ format: event.target.value as Choices["format"] })}
              >
                {Object.entries(FORMATS).map(([format, name]) => (
                  <option key={format} value={format}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Choice>
          {hasOneTable(chosen.format) ? (
            <Choice name="Table">
              {(id) => (
                <select
                  id={id}
                  value={chosen.table}
                  onChange={(event) => set({ table: event.target.value as Choices["table"] })}
                >
                  <option value="trades">Trades</option>
                  <option value="days">Days</option>
                </select>
              )}
            </Choice>
          ) : null}
          {whole ? <Range chosen={chosen} days={days} set={set} /> : null}
          <Trades chosen={chosen} set={set} known={known} />
          <p className="soft">
            {chosen.format === "xlsx" || chosen.format === "html"
              ? "Days, trades, statistics and settings in one file. "
              : "One table, a row each. "}
            Every number is of the trades that pass, and adds up to what is stored.
          </p>
          {made.error ? <Refused error={made.error} /> : null}
          <p role="status" data-testid="exported">
            {made.data ? saidOf(made.data) : ""}
          </p>
          <p className={styles.buttons}>
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
            <button type="submit" className="primary" disabled={made.isPending}>
              {made.isPending ? "Making the file…" : "Save the file"}
            </button>
          </p>
        </form>
      </dialog>
    </>
  );
}

interface PartProps {
  chosen: Choices;
  set: (change: Partial<Choices>) => void;
}

function Range({ chosen, days, set }: PartProps & { days: Days }) {
  return (
    <>
      <Choice name="First day">
        {(id) => (
          <input
            id={id}
            type="date"
            required
            min={days.from}
            max={days.to}
            value={chosen.from}
            onChange={(event) => set({ from: event.target.value })}
          />
        )}
      </Choice>
      <Choice name="Last day">
        {(id) => (
          <input
            id={id}
            type="date"
            required
            min={chosen.from}
            max={days.to}
            value={chosen.to}
            onChange={(event) => set({ to: event.target.value })}
          />
        )}
      </Choice>
    </>
  );
}

/** Which trades: all, unless one says. */
function Trades({ chosen, set, known }: PartProps & { known: Known | undefined }) {
  return (
    <>
      <Choice name="Positions that">
        {(id) => (
          <select
            id={id}
            value={chosen.result}
            onChange={(event) => set({ result: event.target.value as Choices["result"] })}
          >
            <option value="">won, lost or neither</option>
            <option value="winners">won, before charges</option>
            <option value="losers">lost, before charges</option>
            <option value="flat">neither won nor lost</option>
          </select>
        )}
      </Choice>
      <Choice name="Side">
        {(id) => (
          <select
            id={id}
            value={chosen.side}
            onChange={(event) => set({ side: event.target.value as Choices["side"] })}
          >
            <option value="">bought or sold</option>
            <option value="BUY">bought</option>
            <option value="SELL">sold</option>
          </select>
        )}
      </Choice>
      {(Object.keys(TEXTS) as (keyof typeof TEXTS)[]).map((name) => (
        <Choice key={name} name={TEXTS[name]}>
          {(id) => (
            <>
              <input
                id={id}
                type="text"
                maxLength={200}
                placeholder="any"
                list={`${id}-known`}
                value={chosen[name]}
                onChange={(event) => set({ [name]: event.target.value })}
              />
              <datalist id={`${id}-known`}>
                {(known?.[name] ?? []).map((each) => (
                  <option key={each} value={each} />
                ))}
              </datalist>
            </>
          )}
        </Choice>
      ))}
    </>
  );
}

function Choice({ name, children }: { name: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{name}</label>
      {children(id)}
    </div>
  );
}

interface Made {
  name: string;
  trades: number;
}

/** Have the file made, and keep it. */
async function fetched(place: RunPlace, query: URLSearchParams): Promise<Made> {
  const path = [place.user, place.strategy].map(encodeURIComponent).join("/");
  const answer = await ask(
    new Request(`${window.location.origin}/api/v1/backtest/export/${path}?${query.toString()}`),
  );
  if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => ({})));
  const name = fileNameOf(answer.headers.get("Content-Disposition"));
  keep(await answer.blob(), name);
  return { name, trades: Number(answer.headers.get("X-Trade-Count")) };
}

function saidOf({ name, trades }: Made): string {
  if (trades === 0) return `${name} is saved; no trade passes.`;
  return `${name} is saved, of ${count(trades)} ${trades === 1 ? "trade" : "trades"}.`;
}
