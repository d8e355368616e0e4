// Every view has an address, and every address of the page is a view: read with viewOf, written with addressOf.

export type Tab = "entry" | "exit";

export type View =
  | { view: "results"; user: string | null }
  | { view: "run"; strategy: string | null; from: string | null; to: string | null }
  | { view: "strategies" }
  | { view: "strategy"; strategy: string }
  | { view: "result"; user: string; strategy: string }
  | ({ view: "day"; at: string | null; selected: string | null; timeframe: string | null } & DayPlace)
  | ({ view: "trade"; trade: string; tab: Tab } & DayPlace)
  | ({ view: "why"; node: string } & DayPlace)
  | { view: "unknown"; path: string };

export interface RunPlace {
  user: string;
  strategy: string;
}

export interface DayPlace extends RunPlace {
  date: string;
}

/** The view of a path and a query, as `location` has them. */
export function viewOf(path: string, search: string): View {
  const unknown: View = { view: "unknown", path };
  const parts = partsOf(path);
  if (parts === null) return unknown;
  const query = new URLSearchParams(search);
  const [first, user, strategy, date, trade, node, ...rest] = parts;
  if (rest.length > 0) return unknown;
  if (first === undefined) return { view: "results", user: null };
  if (first === "run" && parts.length === 1) {
    return { view: "run", strategy: query.get("strategy"), from: query.get("from"), to: query.get("to") };
  }
  if (first === "strategies" && parts.length === 1) return { view: "strategies" };
  if (first === "strategies" && user !== undefined && parts.length === 2) {
    return { view: "strategy", strategy: user };
  }
  if (first !== "r" || user === undefined) return unknown;
  if (strategy === undefined) return { view: "results", user };
  if (date === undefined) return { view: "result", user, strategy };
  const place = { user, strategy, date };
  if (trade === undefined) {
    const asked = { at: query.get("at"), selected: query.get("trade"), timeframe: query.get("timeframe") };
    return { view: "day", ...place, ...asked };
  }
  if (node !== undefined) return trade === "why" ? { view: "why", ...place, node } : unknown;
  return { view: "trade", ...place, trade, tab: query.get("tab") === "exit" ? "exit" : "entry" };
}

/** The address of a view. */
export function addressOf(view: View): string {
  switch (view.view) {
    case "results":
      return view.user === null ? "/" : join("r", view.user);
    case "run":
      return `/run${queryOf({ strategy: view.strategy, from: view.from, to: view.to })}`;
    case "strategies":
      return "/strategies";
    case "strategy":
      return join("strategies", view.strategy);
    case "result":
      return join("r", view.user, view.strategy);
    case "day":
      return (
        join("r", view.user, view.strategy, view.date) +
        queryOf({ trade: view.selected, at: view.at, timeframe: view.timeframe })
      );
    case "trade":
      return (
        join("r", view.user, view.strategy, view.date, view.trade) +
        queryOf({ tab: view.tab === "exit" ? "exit" : null })
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

export function addressOfDay(place: DayPlace, more: Partial<Extract<View, { view: "day" }>> = {}): string {
  const { user, strategy, date } = place;
  return addressOf({ view: "day", at: null, selected: null, timeframe: null, user, strategy, date, ...more });
}

export function addressOfTrade(place: DayPlace, trade: string, tab: Tab = "entry"): string {
  const { user, strategy, date } = place;
  return addressOf({ view: "trade", user, strategy, date, trade, tab });
}

export function addressOfWhy(place: DayPlace, node: string): string {
  const { user, strategy, date } = place;
  return addressOf({ view: "why", user, strategy, date, node });
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
