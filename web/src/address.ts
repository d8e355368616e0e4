// Every view has an address, and every address of the page is a view: read with viewOf, written with addressOf. What an
// address says that makes no sense counts as not said.

import { isoDay, readDay, storedDay } from "./format/time";

export type Tab = "entry" | "exit" | `part-${number}`;

/** The options of a run by name, as they are typed. */
export type OptionTexts = Record<string, string>;

export type View =
  | { view: "results"; user: string | null }
  | RunAsked
  | { view: "compare"; results: readonly RunPlace[] }
  | { view: "strategies"; user: string | null }
  | { view: "sweeps"; user: string | null; strategy: string | null }
  | ({ view: "sweep" } & SweepPlace)
  | { view: "strategy"; user: string | null; strategy: string }
  | { view: "webhooks" }
  | { view: "limits"; user: string | null }
  | ({ view: "result" } & RunPlace)
  | ({ view: "as-run" } & RunPlace)
  | DayAsked
  | ({ view: "trade"; trade: string; tab: Tab } & DayPlace)
  | ({ view: "why"; node: string } & DayPlace)
  | { view: "unknown"; path: string };

export interface RunAsked {
  view: "run";
  /** Whose run it is to be; null for whoever is here. */
  user: string | null;
  strategy: string | null;
  from: string | null;
  to: string | null;
  options: OptionTexts;
}

export interface DayAsked extends DayPlace {
  view: "day";
  /** A moment to show, a position to select, what the chart shows. */
  at: string | null;
  selected: string | null;
  timeframe: string | null;
  symbol: string | null;
}

export interface RunPlace {
  user: string;
  strategy: string;
}

export interface SweepPlace {
  user: string;
  sweep: string;
}

export interface DayPlace extends RunPlace {
  date: string;
}

/** The options of a run that an address can carry, and what they look like. */
const OPTION_FORMS: readonly (readonly [string, RegExp])[] = [
  ["scale", /^[0-9.]{1,16}$/],
  ["fill", /^next$/],
  ["slippage", /^[0-9. a-zA-Z%]{1,24}$/],
  ["stale_slippage", /^[0-9. a-zA-Z%]{1,24}$/],
  ["limit_fill", /^through$/],
  ["brokerage", /^[0-9. a-zA-Z%]{1,40}$/],
  ["terms", /^today$/],
  ["max_price_age_s", /^[0-9]{1,5}$/],
  ["wait_for_trade_s", /^[0-9]{1,5}$/],
  ["compression_level", /^[0-9]$/],
  ["ttl_hours", /^[0-9.]{1,13}$/],
];

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
const TIMEFRAME = /^\d{1,4}[mh]$|^1d$/;

/** The view of a path and a query, as `location` has them. */
export function viewOf(path: string, search: string): View {
  const unknown: View = { view: "unknown", path };
  const parts = partsOf(path);
  if (parts === null) return unknown;
  const query = new URLSearchParams(search);
  const [first, second, ...rest] = parts;
  if (first === undefined) return { view: "results", user: null };
  if (first === "run" && second === undefined) return runOf(query);
  if (first === "compare" && second === undefined) return { view: "compare", results: comparedOf(query) };
  if (first === "webhooks" && second === undefined) return { view: "webhooks" };
  if (first === "limits" && second === undefined) return { view: "limits", user: query.get("user") };
  if (first === "strategies" && rest.length === 0) {
    const user = query.get("user");
    return second === undefined ? { view: "strategies", user } : { view: "strategy", user, strategy: second };
  }
  if (first === "sweep" && rest.length <= 1) {
    const [sweep] = rest;
    if (second === undefined) {
      return { view: "sweeps", user: query.get("user"), strategy: query.get("strategy") };
    }
    return sweep === undefined ? unknown : { view: "sweep", user: second, sweep };
  }
  return first === "r" && second !== undefined ? (ofUser(second, rest, query) ?? unknown) : unknown;
}

/** The address of a view. */
export function addressOf(view: View): string {
  switch (view.view) {
    case "results":
      return view.user === null ? "/" : join("r", view.user);
    case "run":
      return `/run${queryOf({ user: view.user, strategy: view.strategy, from: view.from, to: view.to, ...view.options })}`;
    case "compare":
      return addressOfComparison(view.results);
    case "strategies":
      return `/strategies${queryOf({ user: view.user })}`;
    case "strategy":
      return join("strategies", view.strategy) + queryOf({ user: view.user });
    case "webhooks":
      return "/webhooks";
    case "limits":
      return `/limits${queryOf({ user: view.user })}`;
    case "sweeps":
      return `/sweep${queryOf({ user: view.user, strategy: view.strategy })}`;
    case "sweep":
      return join("sweep", view.user, view.sweep);
    case "result":
      return join("r", view.user, view.strategy);
    case "as-run":
      return join("r", view.user, view.strategy, "strategy");
    case "day":
      return (
        join("r", view.user, view.strategy, view.date) +
        queryOf({ trade: view.selected, at: view.at, timeframe: view.timeframe, symbol: view.symbol })
      );
    case "trade":
      return (
        join("r", view.user, view.strategy, view.date, view.trade) +
        queryOf({ tab: view.tab === "entry" ? null : view.tab })
      );
    case "why":
      return join("r", view.user, view.strategy, view.date, "why", view.node);
    case "unknown":
      return view.path;
  }
}

export function addressOfResult(place: RunPlace): string {
  return addressOf({ view: "result", user: place.user, strategy: place.strategy });
}

export function addressOfSweep(place: SweepPlace): string {
  return addressOf({ view: "sweep", user: place.user, sweep: place.sweep });
}

/** Where a job's results are, or will be. */
export function addressOfJob(
  user: string,
  job: { kind: "run" | "sweep"; job_id: string; strategy_id: string },
): string {
  return job.kind === "sweep"
    ? addressOfSweep({ user, sweep: job.job_id })
    : addressOfResult({ user, strategy: job.strategy_id });
}

/** Of the strategy as it was run. */
export function addressOfStrategyRun({ user, strategy }: RunPlace): string {
  return addressOf({ view: "as-run", user, strategy });
}

/** How many results can be compared. */
export const FEWEST_COMPARED = 2;
export const MOST_COMPARED = 10;

/** Of results beside each other; the first is the one the others are compared with. */
export function addressOfComparison(results: readonly RunPlace[]): string {
  return `/compare${results.map((each, at) => `${at === 0 ? "?" : "&"}result=${resultName(each, encodeURIComponent)}`).join("")}`;
}

/** `user/strategy`. */
export function resultName({ user, strategy }: RunPlace, written = (part: string) => part): string {
  return `${written(user)}/${written(strategy)}`;
}

export function addressOfRun(asked: Partial<RunAsked> = {}): string {
  const bare = { user: null, strategy: null, from: null, to: null, options: {} };
  return addressOf({ ...bare, ...asked, view: "run" });
}

export function addressOfDay(place: DayPlace, more: Partial<DayAsked> = {}): string {
  const { user, strategy, date } = place;
  const bare = { at: null, selected: null, timeframe: null, symbol: null };
  return addressOf({ ...bare, ...more, view: "day", user, strategy, date });
}

export function addressOfTrade(place: DayPlace, trade: string, tab: Tab = "entry"): string {
  const { user, strategy, date } = place;
  return addressOf({ view: "trade", user, strategy, date, trade, tab });
}

export function addressOfWhy(place: DayPlace, node: string): string {
  const { user, strategy, date } = place;
  return addressOf({ view: "why", user, strategy, date, node });
}

/** Each result that is named, once. */
function comparedOf(query: URLSearchParams): RunPlace[] {
  const named = new Set(query.getAll("result").filter((text) => /^[^/]+\/[^/]+$/.test(text)));
  return [...named].map((text) => {
    const [user = "", strategy = ""] = text.split("/");
    return { user, strategy };
  });
}

function runOf(query: URLSearchParams): RunAsked {
  const options: OptionTexts = {};
  for (const [name, form] of OPTION_FORMS) {
    const text = matching(query.get(name), form);
    if (text !== null) options[name] = text;
  }
  const day = (name: string) => {
    const read = readDay(query.get(name) ?? "");
    return read === null ? null : isoDay(read);
  };
  return {
    view: "run",
    user: query.get("user"),
    strategy: query.get("strategy"),
    from: day("from"),
    to: day("to"),
    options,
  };
}

/** What lies below `/r/{user}`; null for what is none. */
function ofUser(user: string, rest: readonly string[], query: URLSearchParams): View | null {
  const [strategy, third, trade, node, ...more] = rest;
  if (more.length > 0) return null;
  if (strategy === undefined) return { view: "results", user };
  if (third === undefined) return { view: "result", user, strategy };
  if (third === "strategy") return trade === undefined ? { view: "as-run", user, strategy } : null;
  const read = readDay(third);
  const place = { user, strategy, date: read === null ? third : storedDay(read) };
  if (trade === undefined) {
    return {
      view: "day",
      ...place,
      at: matching(query.get("at"), MOMENT),
      selected: query.get("trade"),
      timeframe: matching(query.get("timeframe"), TIMEFRAME),
      symbol: query.get("symbol"),
    };
  }
  if (node !== undefined) return trade === "why" ? { view: "why", ...place, node } : null;
  return { view: "trade", ...place, trade, tab: tabOf(query.get("tab")) };
}

function tabOf(text: string | null): Tab {
  const part = /^part-(\d{1,4})$/.exec(text ?? "");
  if (part !== null) return `part-${Number(part[1])}`;
  return text === "exit" ? "exit" : "entry";
}

function matching(text: string | null, form: RegExp): string | null {
  return text !== null && form.test(text) ? text : null;
}

function partsOf(path: string): string[] | null {
  try {
    return path
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    return null; // a percent sign that encodes nothing
  }
}

function join(...parts: string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

function queryOf(members: Record<string, string | null>): string {
  const given = Object.entries(members).filter((member): member is [string, string] => member[1] !== null);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
